import { Duration, RemovalPolicy, type Stack } from 'aws-cdk-lib'
import * as acm from 'aws-cdk-lib/aws-certificatemanager'
import * as ec2 from 'aws-cdk-lib/aws-ec2'
import type * as ecs from 'aws-cdk-lib/aws-ecs'
import * as elb from 'aws-cdk-lib/aws-elasticloadbalancingv2'
import * as route53 from 'aws-cdk-lib/aws-route53'
import * as targets from 'aws-cdk-lib/aws-route53-targets'
import * as s3 from 'aws-cdk-lib/aws-s3'
import type { Network } from './network.ts'
import { WEB_PORT } from './network.ts'
import type { Settings } from './settings.ts'
import { filesDomain, type Storage } from './storage.ts'

export type Balancer = {
  balancer: elb.ApplicationLoadBalancer
  group: elb.ApplicationTargetGroup
}

/** TLS ends here. Clients speak WebSocket only, so no affinity is needed. */
export function createBalancer(
  stack: Stack,
  settings: Settings,
  network: Network,
  web: ecs.FargateService,
): Balancer {
  const balancer = new elb.ApplicationLoadBalancer(stack, 'Balancer', {
    vpc: network.vpc,
    internetFacing: true,
    securityGroup: network.balancer,
    vpcSubnets: { subnetType: ec2.SubnetType.PUBLIC },
    // Longer than the silence of a stream (LLM_IDLE_TIMEOUT) and of a socket.
    idleTimeout: Duration.seconds(180),
    dropInvalidHeaderFields: true,
    deletionProtection: true,
    desyncMitigationMode: elb.DesyncMitigationMode.STRICTEST,
  })
  balancer.logAccessLogs(
    new s3.Bucket(stack, 'BalancerLog', {
      blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL,
      encryption: s3.BucketEncryption.S3_MANAGED,
      enforceSSL: true,
      removalPolicy: RemovalPolicy.RETAIN,
      lifecycleRules: [{ id: 'kept-90-days', expiration: Duration.days(90) }],
    }),
  )
  balancer.addRedirect()
  const listener = balancer.addListener('Https', {
    port: 443,
    open: false,
    sslPolicy: elb.SslPolicy.RECOMMENDED_TLS,
    certificates: [
      acm.Certificate.fromCertificateArn(stack, 'Certificate', settings.certificateArn),
    ],
  })
  const group = listener.addTargets('Web', {
    port: WEB_PORT,
    protocol: elb.ApplicationProtocol.HTTP,
    targets: [web],
    deregistrationDelay: Duration.seconds(30),
    healthCheck: {
      path: '/health/ready',
      interval: Duration.seconds(10),
      timeout: Duration.seconds(5),
      healthyThresholdCount: 2,
      unhealthyThresholdCount: 3,
    },
  })
  return { balancer, group }
}

/** More tasks at 60 % of their processors, or at 1,000 requests a minute each. */
export function scale(web: ecs.FargateService, { tasks }: Settings, { group }: Balancer): void {
  const count = web.autoScaleTaskCount({ minCapacity: tasks, maxCapacity: Math.max(10, tasks) })
  const cooldown = { scaleInCooldown: Duration.minutes(5), scaleOutCooldown: Duration.minutes(1) }
  count.scaleOnCpuUtilization('Cpu', { targetUtilizationPercent: 60, ...cooldown })
  count.scaleOnRequestCount('Requests', {
    requestsPerTarget: 1000,
    targetGroup: group,
    ...cooldown,
  })
}

/** The names people use, in the zone. */
export function createNames(
  stack: Stack,
  settings: Settings,
  { balancer }: Balancer,
  { distribution }: Storage,
): void {
  const zone = route53.HostedZone.fromHostedZoneAttributes(stack, 'Zone', {
    zoneName: settings.zoneName,
    hostedZoneId: settings.zoneId,
  })
  new route53.ARecord(stack, 'Name', {
    zone,
    recordName: `${settings.domain}.`,
    target: route53.RecordTarget.fromAlias(new targets.LoadBalancerTarget(balancer)),
  })
  new route53.ARecord(stack, 'FilesName', {
    zone,
    recordName: `${filesDomain(settings)}.`,
    target: route53.RecordTarget.fromAlias(new targets.CloudFrontTarget(distribution)),
  })
  new route53.CaaAmazonRecord(stack, 'Issuers', { zone, recordName: `${settings.domain}.` })
}
