import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type App, CfnOutput, Duration, type Stack, Tags } from 'aws-cdk-lib'
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch'
import * as actions from 'aws-cdk-lib/aws-cloudwatch-actions'
import * as ec2 from 'aws-cdk-lib/aws-ec2'
import * as ecr from 'aws-cdk-lib/aws-ecr'
import * as iam from 'aws-cdk-lib/aws-iam'
import * as sns from 'aws-cdk-lib/aws-sns'
import * as subscriptions from 'aws-cdk-lib/aws-sns-subscriptions'
import { ZonedStack } from '../zoned-stack.ts'

/** One machine of the free tier, for a team that begins. */
export type SmallSettings = {
  account: string
  region: string
  domain: string
  /** Told to the certificate authority, and of alarms. */
  mail: string
  /** Repository and version in ECR: `minato:1.2.3`. */
  image: string
  llmUrl: string
  llmModel: string
  /** SecureString in the parameter store. */
  modelKey: string
  /** Who may use SSH, as a CIDR range. Empty: nobody; sessions are opened by Systems Manager. */
  sshFrom: string
}

const REQUIRED = ['domain', 'mail', 'image', 'llmUrl', 'llmModel'] as const
/** They stand in a shell script: nothing that a shell would read differently. */
const PLAIN = /^[\w.:/@-]+$/

/** @throws {Error} naming every setting that is missing or wrong. */
export function readSmallSettings(app: App): SmallSettings {
  const text = (name: string): string => String(app.node.tryGetContext(name) ?? '').trim()
  const problems: string[] = []
  const given = Object.fromEntries(
    REQUIRED.map((name) => {
      if (!PLAIN.test(text(name))) problems.push(`${name} is missing or has characters it may not`)
      return [name, text(name)]
    }),
  ) as Record<(typeof REQUIRED)[number], string>
  const sshFrom = text('sshFrom')
  if (/\/0$/.test(sshFrom)) problems.push('sshFrom must not be the whole world')
  if (/:latest$/.test(given.image)) problems.push('image must not be :latest')
  if (problems.length > 0) throw new Error(`${problems.join('; ')}. README.md lists the settings.`)
  return {
    ...given,
    sshFrom,
    account: text('account') || process.env['CDK_DEFAULT_ACCOUNT'] || '',
    region: text('region') || 'ap-northeast-1',
    modelKey: text('modelKey') || '/minato/llm-api-key',
  }
}

/** The machine with its address, its firewall, its role and its alarms. */
export function createSmallStack(app: App, settings: SmallSettings): Stack {
  const { account, region } = settings
  const env = { account, region }
  const stack = new ZonedStack(app, 'MinatoSmall', { env }, [`${region}a`])
  const vpc = new ec2.Vpc(stack, 'Network', {
    maxAzs: 1,
    natGateways: 0,
    subnetConfiguration: [{ name: 'public', subnetType: ec2.SubnetType.PUBLIC, cidrMask: 24 }],
  })
  const machine = createMachine(stack, vpc, settings)
  const address = new ec2.CfnEIP(stack, 'Address', { instanceId: machine.instanceId })
  createAlarms(stack, machine, settings.mail)
  new CfnOutput(stack, 'PointTheNameAt', { value: address.attrPublicIp })
  new CfnOutput(stack, 'OpenASession', {
    value: `aws ssm start-session --target ${machine.instanceId}`,
  })
  Tags.of(stack).add('system', 'minato')
  return stack
}

function createMachine(stack: Stack, vpc: ec2.Vpc, settings: SmallSettings): ec2.Instance {
  const group = new ec2.SecurityGroup(stack, 'Firewall', { vpc, description: 'Minato' })
  group.addIngressRule(ec2.Peer.anyIpv4(), ec2.Port.tcp(443), 'HTTPS')
  group.addIngressRule(ec2.Peer.anyIpv4(), ec2.Port.tcp(80), 'Redirected, and certificate proofs')
  if (settings.sshFrom !== '') {
    group.addIngressRule(ec2.Peer.ipv4(settings.sshFrom), ec2.Port.tcp(22), 'Administration')
  }
  const [repositoryName = '', tag = ''] = settings.image.split(':')
  const repository = ecr.Repository.fromRepositoryName(stack, 'Repository', repositoryName)
  const machine = new ec2.Instance(stack, 'Machine', {
    vpc,
    vpcSubnets: { subnetType: ec2.SubnetType.PUBLIC },
    securityGroup: group,
    instanceType: ec2.InstanceType.of(ec2.InstanceClass.T3, ec2.InstanceSize.MICRO),
    machineImage: ec2.MachineImage.fromSsmParameter(
      '/aws/service/canonical/ubuntu/server/24.04/stable/current/amd64/hvm/ebs-gp3/ami-id',
    ),
    requireImdsv2: true,
    detailedMonitoring: false,
    blockDevices: [
      {
        deviceName: '/dev/sda1',
        volume: ec2.BlockDeviceVolume.ebs(20, {
          encrypted: true,
          volumeType: ec2.EbsDeviceVolumeType.GP3,
          // The machine may be made anew; its data may not go with it.
          deleteOnTermination: false,
        }),
      },
    ],
    userData: ec2.UserData.custom(
      userData({
        REGION: settings.region,
        REGISTRY: repository.repositoryUri.split('/')[0] ?? '',
        IMAGE: repository.repositoryUriForTag(tag),
        DOMAIN: settings.domain,
        MAIL: settings.mail,
        LLM_URL: settings.llmUrl,
        LLM_MODEL: settings.llmModel,
        MODEL_KEY: settings.modelKey,
      }),
    ),
  })
  allow(stack, machine.role, repository, settings.modelKey)
  return machine
}

/** Systems Manager, its own image, the model's key, its figures: nothing else. */
function allow(stack: Stack, role: iam.IRole, repository: ecr.IRepository, key: string): void {
  role.addManagedPolicy(iam.ManagedPolicy.fromAwsManagedPolicyName('AmazonSSMManagedInstanceCore'))
  repository.grantPull(role)
  role.addToPrincipalPolicy(
    new iam.PolicyStatement({
      actions: ['ssm:GetParameter'],
      resources: [
        stack.formatArn({ service: 'ssm', resource: 'parameter', resourceName: key.slice(1) }),
      ],
    }),
  )
  role.addToPrincipalPolicy(
    new iam.PolicyStatement({
      actions: ['cloudwatch:PutMetricData'],
      // The action knows no resources: the namespace is what bounds it.
      resources: ['*'],
      conditions: { StringEquals: { 'cloudwatch:namespace': 'Minato' } },
    }),
  )
}

function userData(values: Record<string, string>): string {
  const script = readFileSync(join(import.meta.dirname, 'user-data.sh'), 'utf8')
  return script.replaceAll(/@([A-Z_]+)@/g, (_whole, name: string) => {
    const value = values[name]
    if (value === undefined) throw new Error(`user-data.sh names @${name}@, which nobody gives.`)
    return value
  })
}

function createAlarms(stack: Stack, machine: ec2.Instance, mail: string): void {
  const topic = new sns.Topic(stack, 'Alarms', { enforceSSL: true })
  topic.addSubscription(new subscriptions.EmailSubscription(mail))
  const dimensionsMap = { InstanceId: machine.instanceId }
  const of = (namespace: string, metricName: string, statistic: string) =>
    new cloudwatch.Metric({
      namespace,
      metricName,
      dimensionsMap,
      statistic,
      period: Duration.minutes(5),
    })
  const { LESS_THAN_THRESHOLD: under, GREATER_THAN_THRESHOLD: over } = cloudwatch.ComparisonOperator
  const watched = [
    {
      id: 'Credits',
      metric: of('AWS/EC2', 'CPUCreditBalance', 'Minimum'),
      threshold: 20,
      operator: under,
      says: 'The processor credits run out: the machine will be slow, or cost more.',
    },
    {
      id: 'Disk',
      metric: of('Minato', 'disk_used_percent', 'Maximum'),
      threshold: 80,
      operator: over,
      says: 'The disk is four fifths full.',
    },
    {
      id: 'Memory',
      metric: of('Minato', 'mem_used_percent', 'Maximum'),
      threshold: 92,
      operator: over,
      says: 'Memory is nearly full.',
    },
    {
      id: 'Status',
      metric: of('AWS/EC2', 'StatusCheckFailed', 'Maximum'),
      threshold: 0,
      operator: over,
      says: 'The machine does not answer.',
    },
  ]
  for (const { id, metric, threshold, operator, says } of watched) {
    const alarm = new cloudwatch.Alarm(stack, `Alarm${id}`, {
      metric,
      threshold,
      comparisonOperator: operator,
      evaluationPeriods: 2,
      alarmDescription: says,
      treatMissingData: cloudwatch.TreatMissingData.MISSING,
    })
    alarm.addAlarmAction(new actions.SnsAction(topic))
  }
}
