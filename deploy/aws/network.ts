import { RemovalPolicy, type Stack } from 'aws-cdk-lib'
import * as ec2 from 'aws-cdk-lib/aws-ec2'
import * as logs from 'aws-cdk-lib/aws-logs'

export type Network = {
  vpc: ec2.Vpc
  balancer: ec2.SecurityGroup
  web: ec2.SecurityGroup
  worker: ec2.SecurityGroup
  database: ec2.SecurityGroup
  cache: ec2.SecurityGroup
}

export const WEB_PORT = 3000

/** Three kinds of subnet in two zones, and one security group a part: each admits only who needs it. */
export function createNetwork(stack: Stack): Network {
  const vpc = new ec2.Vpc(stack, 'Network', {
    ipAddresses: ec2.IpAddresses.cidr('10.20.0.0/16'),
    maxAzs: 2,
    natGateways: 2,
    restrictDefaultSecurityGroup: false,
    subnetConfiguration: [
      { name: 'public', subnetType: ec2.SubnetType.PUBLIC, cidrMask: 24 },
      { name: 'tasks', subnetType: ec2.SubnetType.PRIVATE_WITH_EGRESS, cidrMask: 22 },
      { name: 'data', subnetType: ec2.SubnetType.PRIVATE_ISOLATED, cidrMask: 24 },
    ],
    // Files and images do not pass the paid gateways.
    gatewayEndpoints: { s3: { service: ec2.GatewayVpcEndpointAwsService.S3 } },
  })
  vpc.addFlowLog('Flows', {
    destination: ec2.FlowLogDestination.toCloudWatchLogs(
      new logs.LogGroup(stack, 'FlowLog', {
        retention: logs.RetentionDays.ONE_MONTH,
        removalPolicy: RemovalPolicy.DESTROY,
      }),
    ),
    trafficType: ec2.FlowLogTrafficType.REJECT,
  })
  return { vpc, ...createGroups(stack, vpc) }
}

function createGroups(stack: Stack, vpc: ec2.Vpc): Omit<Network, 'vpc'> {
  const group = (id: string, description: string, allowAllOutbound: boolean) =>
    new ec2.SecurityGroup(stack, id, { vpc, description, allowAllOutbound })
  const balancer = group('BalancerGroup', 'The world to the load balancer', false)
  // Models, mail, OAuth providers and MCP servers are outside; the outbound guard judges each call.
  const web = group('WebGroup', 'The load balancer to web', true)
  const worker = group('WorkerGroup', 'Nobody to the workers', true)
  const database = group('DatabaseGroup', 'Tasks to PostgreSQL', false)
  const cache = group('CacheGroup', 'Tasks to Redis', false)
  balancer.addIngressRule(ec2.Peer.anyIpv4(), ec2.Port.tcp(443), 'HTTPS')
  balancer.addIngressRule(ec2.Peer.anyIpv4(), ec2.Port.tcp(80), 'Redirected to HTTPS')
  web.addIngressRule(balancer, ec2.Port.tcp(WEB_PORT), 'Load balancer')
  balancer.addEgressRule(web, ec2.Port.tcp(WEB_PORT), 'Web')
  for (const [name, tasks] of Object.entries({ web, worker })) {
    database.addIngressRule(tasks, ec2.Port.tcp(5432), name)
    cache.addIngressRule(tasks, ec2.Port.tcp(6379), name)
  }
  return { balancer, web, worker, database, cache }
}
