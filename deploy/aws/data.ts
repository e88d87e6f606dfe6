import { Duration, RemovalPolicy, type Stack } from 'aws-cdk-lib'
import * as ec2 from 'aws-cdk-lib/aws-ec2'
import * as elasticache from 'aws-cdk-lib/aws-elasticache'
import * as kms from 'aws-cdk-lib/aws-kms'
import * as rds from 'aws-cdk-lib/aws-rds'
import type * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager'
import type { Network } from './network.ts'

export type Data = {
  database: rds.DatabaseInstance
  replica: rds.DatabaseInstanceReadReplica
  cache: elasticache.CfnReplicationGroup
  /** Encrypts the database, the files and the secrets. */
  key: kms.Key
}

const isolated = { subnetType: ec2.SubnetType.PRIVATE_ISOLATED }
const POSTGRES = rds.PostgresEngineVersion.VER_17
const KEPT_DAYS = 30

/** PostgreSQL in two zones with a read replica, and Redis in two zones: encrypted, reached by TLS only. */
export function createData(
  stack: Stack,
  network: Network,
  redisPassword: secretsmanager.ISecret,
): Data {
  const key = new kms.Key(stack, 'Key', {
    description: 'Minato: database, files and secrets',
    enableKeyRotation: true,
    removalPolicy: RemovalPolicy.RETAIN,
  })
  const database = createDatabase(stack, network, key)
  const replica = new rds.DatabaseInstanceReadReplica(stack, 'ReadReplica', {
    sourceDatabaseInstance: database,
    instanceType: ec2.InstanceType.of(ec2.InstanceClass.M6G, ec2.InstanceSize.LARGE),
    vpc: network.vpc,
    vpcSubnets: isolated,
    securityGroups: [network.database],
    // Encrypted with the key of its source.
    deletionProtection: true,
    removalPolicy: RemovalPolicy.RETAIN,
  })
  return { database, replica, key, cache: createCache(stack, network, key, redisPassword) }
}

function createDatabase(stack: Stack, network: Network, key: kms.Key): rds.DatabaseInstance {
  const engine = rds.DatabaseInstanceEngine.postgres({ version: POSTGRES })
  return new rds.DatabaseInstance(stack, 'Database', {
    engine,
    instanceType: ec2.InstanceType.of(ec2.InstanceClass.M6G, ec2.InstanceSize.LARGE),
    vpc: network.vpc,
    vpcSubnets: isolated,
    securityGroups: [network.database],
    databaseName: 'minato',
    credentials: rds.Credentials.fromGeneratedSecret('minato', { encryptionKey: key }),
    multiAz: true,
    allocatedStorage: 100,
    maxAllocatedStorage: 500,
    storageType: rds.StorageType.GP3,
    storageEncrypted: true,
    storageEncryptionKey: key,
    // Transaction logs are shipped every five minutes: any moment of the last thirty days can be restored.
    backupRetention: Duration.days(KEPT_DAYS),
    preferredBackupWindow: '17:00-18:00',
    preferredMaintenanceWindow: 'sun:18:30-sun:19:30',
    copyTagsToSnapshot: true,
    deletionProtection: true,
    removalPolicy: RemovalPolicy.RETAIN,
    autoMinorVersionUpgrade: true,
    cloudwatchLogsExports: ['postgresql'],
    enablePerformanceInsights: true,
    monitoringInterval: Duration.minutes(1),
    parameterGroup: new rds.ParameterGroup(stack, 'DatabaseParameters', {
      engine,
      parameters: {
        'rds.force_ssl': '1',
        log_min_duration_statement: '500',
        // Slow statements are logged by their text; what people wrote stays out of the log.
        log_parameter_max_length: '0',
        log_parameter_max_length_on_error: '0',
        log_lock_waits: '1',
      },
    }),
  })
}

function createCache(
  stack: Stack,
  network: Network,
  key: kms.Key,
  password: secretsmanager.ISecret,
): elasticache.CfnReplicationGroup {
  const subnets = new elasticache.CfnSubnetGroup(stack, 'CacheSubnets', {
    description: 'Minato: Redis',
    subnetIds: network.vpc.selectSubnets(isolated).subnetIds,
  })
  return new elasticache.CfnReplicationGroup(stack, 'Cache', {
    replicationGroupDescription: 'Minato: sessions cache, counters, fan-out',
    engine: 'redis',
    engineVersion: '7.1',
    cacheNodeType: 'cache.t4g.small',
    // Cluster mode with one shard: more shards are a change of this number.
    numNodeGroups: 1,
    replicasPerNodeGroup: 1,
    clusterMode: 'enabled',
    cacheParameterGroupName: 'default.redis7.cluster.on',
    automaticFailoverEnabled: true,
    multiAzEnabled: true,
    atRestEncryptionEnabled: true,
    kmsKeyId: key.keyArn,
    transitEncryptionEnabled: true,
    authToken: password.secretValue.unsafeUnwrap(),
    cacheSubnetGroupName: subnets.ref,
    securityGroupIds: [network.cache.securityGroupId],
    snapshotRetentionLimit: 7,
    snapshotWindow: '18:00-19:00',
    preferredMaintenanceWindow: 'sun:19:30-sun:20:30',
    autoMinorVersionUpgrade: true,
  })
}
