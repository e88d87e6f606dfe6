import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { App } from 'aws-cdk-lib'
import { Match, Template } from 'aws-cdk-lib/assertions'
import cdk from './cdk.json' with { type: 'json' }
import { createStacks } from './minato-stack.ts'
import { readSettings } from './settings.ts'

const CONTEXT = {
  account: '111122223333',
  zoneName: 'example.com',
  zoneId: 'Z0000000000000',
  domain: 'minato.example.com',
  certificateArn: 'arn:aws:acm:ap-northeast-1:111122223333:certificate/a',
  filesCertificateArn: 'arn:aws:acm:us-east-1:111122223333:certificate/b',
  image: 'minato:1.2.3',
  alarmMail: 'ops@example.com',
  llmUrl: 'https://api.openai.com/v1',
  llmModel: 'gpt-5-mini',
  mailFrom: 'Minato <minato@example.com>',
}

type Statement = { Action: string | string[]; Resource: unknown; Effect: string }
type Resource = { Type: string; Properties: Record<string, unknown> }

// As cdk.json has it: the library's own rules for templates are errors.
const app = new App({ context: { ...CONTEXT, ...cdk.context } })
const { main, copies } = createStacks(app, readSettings(app))
const template = Template.fromStack(main)
const copied = Template.fromStack(copies)
const has = (type: string, properties: object) => template.hasResourceProperties(type, properties)

describe('the stack', () => {
  test('PostgreSQL: two zones, encrypted, thirty days, TLS only, and a replica', () => {
    has('AWS::RDS::DBInstance', {
      Engine: 'postgres',
      MultiAZ: true,
      StorageEncrypted: true,
      BackupRetentionPeriod: 30,
      DeletionProtection: true,
      PubliclyAccessible: false,
    })
    has('AWS::RDS::DBInstance', { SourceDBInstanceIdentifier: Match.anyValue() })
    has('AWS::RDS::DBParameterGroup', {
      Parameters: Match.objectLike({ 'rds.force_ssl': '1', log_parameter_max_length: '0' }),
    })
  })

  test('Redis: encrypted both ways, with a password, in two zones', () => {
    has('AWS::ElastiCache::ReplicationGroup', {
      TransitEncryptionEnabled: true,
      AtRestEncryptionEnabled: true,
      MultiAZEnabled: true,
      AutomaticFailoverEnabled: true,
      AuthToken: Match.anyValue(),
    })
  })

  test('web and worker: two each, hardened, reverted when they do not become healthy', () => {
    template.resourceCountIs('AWS::ECS::Service', 2)
    template.allResourcesProperties('AWS::ECS::Service', {
      DesiredCount: 2,
      DeploymentConfiguration: Match.objectLike({
        DeploymentCircuitBreaker: { Enable: true, Rollback: true },
        MinimumHealthyPercent: 100,
      }),
    })
    const containers = Object.values(template.findResources('AWS::ECS::TaskDefinition')).flatMap(
      (task) => task['Properties'].ContainerDefinitions,
    )
    assert.equal(containers.length, 6)
    for (const container of containers) {
      assert.equal(container.ReadonlyRootFilesystem, true)
      assert.equal(container.User, '10001:10001')
    }
  })

  test('secrets come from Secrets Manager: none stands in the template', () => {
    const text = JSON.stringify(template.toJSON())
    for (const task of Object.values(template.findResources('AWS::ECS::TaskDefinition'))) {
      const minato = task['Properties'].ContainerDefinitions.find(
        ({ Name }: { Name: string }) => Name === 'minato',
      )
      const names = minato.Secrets.map(({ Name }: { Name: string }) => Name).sort()
      assert.deepEqual(names, [
        'AUTH_SECRET',
        'DATABASE_URL',
        'ENCRYPTION_KEYS',
        'LLM_API_KEY',
        'MAIL_URL',
        'METRICS_TOKEN',
        'REDIS_URL',
      ])
      const plain = minato.Environment.map(({ Name }: { Name: string }) => Name)
      assert.deepEqual(
        plain.filter((name: string) => names.includes(name)),
        [],
      )
    }
    assert.match(text, /\{\{resolve:secretsmanager:/)
    assert.doesNotMatch(text, /"SecretString":"(?!\{\{resolve)/)
  })

  test('only web is behind the load balancer, which speaks TLS 1.2 and newer and redirects', () => {
    has('AWS::ElasticLoadBalancingV2::Listener', {
      Port: 443,
      SslPolicy: 'ELBSecurityPolicy-TLS13-1-2-2021-06',
    })
    has('AWS::ElasticLoadBalancingV2::Listener', {
      Port: 80,
      DefaultActions: [Match.objectLike({ Type: 'redirect' })],
    })
    has('AWS::ElasticLoadBalancingV2::TargetGroup', { HealthCheckPath: '/health/ready' })
    const open = Object.values(template.findResources('AWS::EC2::SecurityGroup')).filter((group) =>
      JSON.stringify(group['Properties'].SecurityGroupIngress ?? []).includes('0.0.0.0/0'),
    )
    assert.equal(open.length, 1)
    const ports = open[0]?.['Properties'].SecurityGroupIngress.map(
      ({ FromPort }: { FromPort: number }) => FromPort,
    )
    assert.deepEqual(ports.sort(), [443, 80])
  })

  test('scales by processors and by requests', () => {
    has('AWS::ApplicationAutoScaling::ScalableTarget', { MinCapacity: 2, MaxCapacity: 10 })
    for (const kind of ['ECSServiceAverageCPUUtilization', 'ALBRequestCountPerTarget']) {
      has('AWS::ApplicationAutoScaling::ScalingPolicy', {
        TargetTrackingScalingPolicyConfiguration: Match.objectLike({
          PredefinedMetricSpecification: Match.objectLike({ PredefinedMetricType: kind }),
        }),
      })
    }
  })

  test('buckets are closed, versioned and copied; old versions go to Glacier', () => {
    has('AWS::S3::Bucket', {
      VersioningConfiguration: { Status: 'Enabled' },
      ReplicationConfiguration: Match.anyValue(),
      LifecycleConfiguration: Match.objectLike({
        Rules: Match.arrayWith([
          Match.objectLike({
            NoncurrentVersionTransitions: [{ StorageClass: 'GLACIER', TransitionInDays: 90 }],
          }),
        ]),
      }),
    })
    for (const [from, count] of [
      [template, 3],
      [copied, 2],
    ] as const) {
      from.resourceCountIs('AWS::S3::Bucket', count)
      from.allResourcesProperties('AWS::S3::Bucket', {
        PublicAccessBlockConfiguration: {
          BlockPublicAcls: true,
          BlockPublicPolicy: true,
          IgnorePublicAcls: true,
          RestrictPublicBuckets: true,
        },
      })
    }
  })

  test('the distribution reads the bucket by its own identity, over TLS 1.2', () => {
    has('AWS::CloudFront::Distribution', {
      DistributionConfig: Match.objectLike({
        Aliases: ['files.minato.example.com'],
        ViewerCertificate: Match.objectLike({ MinimumProtocolVersion: 'TLSv1.2_2021' }),
        Origins: [Match.objectLike({ OriginPath: '/files/public' })],
      }),
    })
    template.resourceCountIs('AWS::CloudFront::OriginAccessControl', 1)
  })

  test('names, and who may issue certificates for them', () => {
    has('AWS::Route53::RecordSet', { Name: 'minato.example.com.', Type: 'A' })
    has('AWS::Route53::RecordSet', { Name: 'files.minato.example.com.', Type: 'A' })
    has('AWS::Route53::RecordSet', { Type: 'CAA' })
  })

  test('a snapshot a day, copied to the second region', () => {
    has('AWS::Backup::BackupPlan', {
      BackupPlan: Match.objectLike({
        BackupPlanRule: [
          Match.objectLike({
            Lifecycle: { DeleteAfterDays: 30 },
            CopyActions: [
              Match.objectLike({
                DestinationBackupVaultArn:
                  'arn:aws:backup:ap-northeast-3:111122223333:backup-vault:minato-copies',
              }),
            ],
          }),
        ],
      }),
    })
    copied.hasResourceProperties('AWS::Backup::BackupVault', { BackupVaultName: 'minato-copies' })
  })

  test('every alarm says what to do and tells somebody', () => {
    const alarms = Object.values(template.findResources('AWS::CloudWatch::Alarm'))
    assert.ok(alarms.length >= 14)
    for (const alarm of alarms) {
      // Scaling makes alarms of its own.
      if (String(alarm['Properties'].AlarmDescription ?? '').startsWith('TargetTracking')) continue
      assert.ok(alarm['Properties'].AlarmDescription.length > 20)
      assert.equal(alarm['Properties'].AlarmActions.length, 1)
    }
    has('AWS::SNS::Subscription', { Protocol: 'email', Endpoint: 'ops@example.com' })
  })

  test('tasks may do what they need and nothing on everything', () => {
    for (const { Type, Properties } of Object.values(
      template.toJSON()['Resources'] as Record<string, Resource>,
    )) {
      if (Type !== 'AWS::IAM::Policy') continue
      const { Statement } = Properties['PolicyDocument'] as { Statement: Statement[] }
      for (const { Action, Resource } of Statement) {
        const actions = [Action].flat()
        assert.ok(
          !actions.some((action) => action === '*' || action.endsWith(':*')),
          String(actions),
        )
        if (Resource === '*') assert.deepEqual(actions, ['ecr:GetAuthorizationToken'])
      }
    }
    const files = ['s3:DeleteObject', 's3:GetObject', 's3:ListBucket', 's3:PutObject']
    const of = (role: string) => policyOf(role).flatMap(({ Action }) => Action)
    assert.deepEqual(of('WebTaskTaskRole').sort(), files)
    assert.deepEqual([...new Set(of('WorkerTaskTaskRole'))].sort(), files)
    assert.ok(!JSON.stringify(policyOf('WebTaskTaskRole')).includes('Backups'))
    assert.ok(of('FilesCopier').includes('s3:ReplicateObject'))
    assert.ok(of('BackupsCopier').includes('s3:ReplicateObject'))
  })
})

function policyOf(role: string): Statement[] {
  const found = Object.entries(template.findResources('AWS::IAM::Policy')).filter(([id]) =>
    id.startsWith(role),
  )
  assert.equal(found.length, 1)
  return found[0]?.[1]['Properties'].PolicyDocument.Statement
}

describe('settings', () => {
  test('all that is missing is named at once', () => {
    assert.throws(() => readSettings(new App()), /zoneName is missing; .*mailFrom is missing/)
  })

  test('a floating tag and a name outside the zone are refused', () => {
    const wrong = { ...CONTEXT, image: 'minato:latest', domain: 'minato.example.org' }
    assert.throws(
      () => readSettings(new App({ context: wrong })),
      /image must be .*; domain must be in the zone example\.com/,
    )
  })
})
