import { CfnOutput, Duration, RemovalPolicy, type Stack } from 'aws-cdk-lib'
import * as ec2 from 'aws-cdk-lib/aws-ec2'
import * as ecr from 'aws-cdk-lib/aws-ecr'
import * as ecs from 'aws-cdk-lib/aws-ecs'
import * as iam from 'aws-cdk-lib/aws-iam'
import * as logs from 'aws-cdk-lib/aws-logs'
import type * as s3 from 'aws-cdk-lib/aws-s3'
import type { Network } from './network.ts'
import { WEB_PORT } from './network.ts'
import type { Settings } from './settings.ts'
import type { Storage } from './storage.ts'

type Parts = {
  settings: Settings
  network: Network
  storage: Storage
  secrets: Record<string, ecs.Secret>
}

export type Services = {
  cluster: ecs.Cluster
  web: ecs.FargateService
  worker: ecs.FargateService
  log: logs.LogGroup
}

const CA_BUNDLE = 'https://truststore.pki.rds.amazonaws.com/global/global-bundle.pem'
/** The user of the image. */
const USER = '10001:10001'
/** Longer than HTTP_DRAIN_DEADLINE and a running job's grace: ECS kills after it. */
const STOP_WITHIN = Duration.seconds(90)

/** Web and workers on Fargate; migrations are a task of their own that the pipeline runs before a deployment. */
export function createServices(stack: Stack, parts: Parts): Services {
  const cluster = new ecs.Cluster(stack, 'Cluster', {
    vpc: parts.network.vpc,
    containerInsightsV2: ecs.ContainerInsights.ENABLED,
  })
  const log = new logs.LogGroup(stack, 'Log', {
    retention: logs.RetentionDays.ONE_YEAR,
    removalPolicy: RemovalPolicy.RETAIN,
  })
  const make = (role: string, command: string[]) => taskOf(stack, parts, log, role, command)
  const web = make('Web', ['start', '--role', 'web'])
  web.container.addPortMappings({ containerPort: WEB_PORT })
  const worker = make('Worker', ['start', '--role', 'worker'])
  const migrate = make('Migrate', ['migrate'])
  allow(worker.task.taskRole, parts.storage.backups, 'minato/*')
  const services = {
    cluster,
    log,
    web: serviceOf(stack, parts.settings, 'Web', cluster, web.task, parts.network.web),
    worker: serviceOf(stack, parts.settings, 'Worker', cluster, worker.task, parts.network.worker),
  }
  const { subnetIds } = parts.network.vpc.selectSubnets(TASK_SUBNETS)
  new CfnOutput(stack, 'ClusterName', { value: cluster.clusterName })
  new CfnOutput(stack, 'MigrateTaskArn', { value: migrate.task.taskDefinitionArn })
  new CfnOutput(stack, 'TaskSubnets', { value: subnetIds.join(',') })
  new CfnOutput(stack, 'WorkerGroupId', { value: parts.network.worker.securityGroupId })
  return services
}

const TASK_SUBNETS: ec2.SubnetSelection = { subnetType: ec2.SubnetType.PRIVATE_WITH_EGRESS }

function taskOf(stack: Stack, parts: Parts, log: logs.LogGroup, role: string, command: string[]) {
  const task = new ecs.FargateTaskDefinition(stack, `${role}Task`, {
    cpu: 1024,
    memoryLimitMiB: 2048,
    runtimePlatform: { cpuArchitecture: ecs.CpuArchitecture.X86_64 },
    volumes: [{ name: 'data' }, { name: 'certs' }],
  })
  const image = imageOf(stack, role, parts.settings.image)
  const logging = ecs.LogDrivers.awsLogs({ logGroup: log, streamPrefix: role.toLowerCase() })
  const hardened = { image, logging, user: USER, readonlyRootFilesystem: true }
  const authority = task.addContainer('authority', {
    ...hardened,
    essential: false,
    entryPoint: ['/usr/local/bin/node', '--input-type=module', '--eval'],
    command: [
      `import { writeFileSync } from 'node:fs'; const got = await fetch('${CA_BUNDLE}'); if (!got.ok) throw new Error('RDS answered ' + got.status); writeFileSync('/certs/rds.pem', await got.text())`,
    ],
  })
  authority.addMountPoints({ sourceVolume: 'certs', containerPath: '/certs', readOnly: false })
  const worker = role !== 'Web'
  const container = task.addContainer('minato', {
    ...hardened,
    command,
    essential: true,
    stopTimeout: STOP_WITHIN,
    environment: environmentOf(parts, role),
    secrets: parts.secrets,
    ...(role === 'Migrate' ? {} : { healthCheck: healthOf(worker) }),
    linuxParameters: new ecs.LinuxParameters(stack, `${role}Linux`, { initProcessEnabled: true }),
  })
  container.addMountPoints(
    { sourceVolume: 'certs', containerPath: '/certs', readOnly: true },
    { sourceVolume: 'data', containerPath: '/data', readOnly: false },
  )
  container.addContainerDependencies({
    container: authority,
    condition: ecs.ContainerDependencyCondition.SUCCESS,
  })
  allow(task.taskRole, parts.storage.files, 'files/*')
  return { task, container }
}

/** Exactly what keeping files needs: the seed's four actions, on this bucket. */
function allow(role: iam.IRole, bucket: s3.IBucket, keys: string): void {
  role.addToPrincipalPolicy(
    new iam.PolicyStatement({
      actions: ['s3:GetObject', 's3:PutObject', 's3:DeleteObject'],
      resources: [bucket.arnForObjects(keys)],
    }),
  )
  role.addToPrincipalPolicy(
    new iam.PolicyStatement({ actions: ['s3:ListBucket'], resources: [bucket.bucketArn] }),
  )
}

function environmentOf(parts: Parts, role: string): Record<string, string> {
  const { settings, storage, network } = parts
  const origin = `https://${settings.domain}`
  return {
    MINATO_ENV: 'production',
    MINATO_DATA_DIR: '/data',
    HOST: '0.0.0.0',
    PORT: String(WEB_PORT),
    PUBLIC_URL: origin,
    ALLOWED_ORIGINS: origin,
    // Only the load balancer reaches web, and its addresses are those of its subnets.
    TRUST_PROXY: network.vpc.publicSubnets.map((subnet) => subnet.ipv4CidrBlock).join(','),
    HTTP_DRAIN_DELAY: '15s',
    FILES_URL: `s3://${storage.files.bucketName}/files?region=${settings.region}`,
    FILES_ROLE: 'true',
    ...(role === 'Web'
      ? {}
      : {
          BACKUP_URL: `s3://${storage.backups.bucketName}/minato?region=${settings.region}`,
          BACKUP_ROLE: 'true',
        }),
    LLM_URL: settings.llmUrl,
    LLM_MODEL: settings.llmModel,
    MAIL_FROM: settings.mailFrom,
  }
}

function healthOf(worker: boolean): ecs.HealthCheck {
  const check = ['CMD', '/usr/local/bin/node', '/minato/bin/main.ts', 'health']
  return {
    command: worker ? [...check, '--role', 'worker'] : check,
    interval: Duration.seconds(30),
    timeout: Duration.seconds(10),
    startPeriod: Duration.seconds(60),
    retries: 3,
  }
}

function imageOf(stack: Stack, role: string, image: string): ecs.ContainerImage {
  const [name = '', digest] = image.split('@')
  const [repository = '', tag] = name.split(':')
  const from = ecr.Repository.fromRepositoryName(stack, `${role}Repository`, repository)
  return ecs.ContainerImage.fromEcrRepository(from, digest ?? tag)
}

function serviceOf(
  stack: Stack,
  { tasks }: Settings,
  role: string,
  cluster: ecs.Cluster,
  taskDefinition: ecs.FargateTaskDefinition,
  group: ec2.ISecurityGroup,
): ecs.FargateService {
  return new ecs.FargateService(stack, `${role}Service`, {
    cluster,
    taskDefinition,
    desiredCount: tasks,
    minHealthyPercent: 100,
    maxHealthyPercent: 200,
    // A release that does not become healthy goes back to the one before by itself.
    circuitBreaker: { rollback: true },
    securityGroups: [group],
    vpcSubnets: TASK_SUBNETS,
    assignPublicIp: false,
    propagateTags: ecs.PropagatedTagSource.SERVICE,
  })
}
