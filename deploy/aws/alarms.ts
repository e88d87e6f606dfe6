import { Duration, type Stack } from 'aws-cdk-lib'
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch'
import * as actions from 'aws-cdk-lib/aws-cloudwatch-actions'
import * as elb from 'aws-cdk-lib/aws-elasticloadbalancingv2'
import * as logs from 'aws-cdk-lib/aws-logs'
import * as sns from 'aws-cdk-lib/aws-sns'
import * as subscriptions from 'aws-cdk-lib/aws-sns-subscriptions'
import type { Balancer } from './balancer.ts'
import type { Data } from './data.ts'
import type { Services } from './service.ts'

const GIB = 1024 ** 3
const { GREATER_THAN_THRESHOLD: over, LESS_THAN_THRESHOLD: under } = cloudwatch.ComparisonOperator

type Watched = {
  id: string
  metric: cloudwatch.IMetric
  threshold: number
  operator?: cloudwatch.ComparisonOperator
  /** How many periods in a row. */
  periods?: number
  says: string
}

/** What somebody is woken for. Silence of a metric counts as an alarm only where silence means down. */
export function createAlarms(
  stack: Stack,
  parts: { mail: string; balancer: Balancer; services: Services; data: Data },
): void {
  const topic = new sns.Topic(stack, 'Alarms', { enforceSSL: true })
  topic.addSubscription(new subscriptions.EmailSubscription(parts.mail))
  const tell = new actions.SnsAction(topic)
  const watched = [
    ...ofBalancer(parts.balancer),
    ...ofServices(stack, parts.services),
    ...ofData(parts.data),
  ]
  for (const { id, metric, threshold, operator = over, periods = 3, says } of watched) {
    const alarm = new cloudwatch.Alarm(stack, `Alarm${id}`, {
      metric,
      threshold,
      comparisonOperator: operator,
      evaluationPeriods: periods,
      alarmDescription: says,
      treatMissingData: cloudwatch.TreatMissingData.NOT_BREACHING,
    })
    alarm.addAlarmAction(tell)
    alarm.addOkAction(tell)
  }
}

const minute = { period: Duration.minutes(1) }

function ofBalancer({ balancer, group }: Balancer): Watched[] {
  const { TARGET_5XX_COUNT } = elb.HttpCodeTarget
  const failed = group.metrics.httpCodeTarget(TARGET_5XX_COUNT, minute)
  const asked = group.metrics.requestCount({ ...minute, statistic: 'Sum' })
  return [
    {
      id: 'Errors',
      metric: new cloudwatch.MathExpression({
        expression: '100 * FILL(failed, 0) / asked',
        usingMetrics: { failed, asked },
        ...minute,
      }),
      threshold: 0.1,
      periods: 5,
      says: 'More than 0.1 % of requests fail. Look at the error groups in the operations app.',
    },
    {
      id: 'Slow',
      metric: group.metrics.targetResponseTime({ ...minute, statistic: 'p95' }),
      threshold: 0.2,
      periods: 10,
      says: 'p95 is over 200 ms for ten minutes.',
    },
    {
      id: 'Unhealthy',
      metric: group.metrics.unhealthyHostCount(minute),
      threshold: 0,
      says: 'A web task does not become ready.',
    },
    {
      id: 'BalancerErrors',
      metric: balancer.metrics.httpCodeElb(elb.HttpCodeElb.ELB_5XX_COUNT, minute),
      threshold: 5,
      says: 'The load balancer has nobody to ask.',
    },
  ]
}

function ofServices(stack: Stack, { web, worker, log }: Services): Watched[] {
  const errors = new logs.MetricFilter(stack, 'Failures', {
    logGroup: log,
    filterPattern: logs.FilterPattern.stringValue('$.level', '=', 'fatal'),
    metricNamespace: 'Minato',
    metricName: 'FatalLines',
    defaultValue: 0,
  })
  return [
    ...[
      { name: 'Web', service: web },
      { name: 'Worker', service: worker },
    ].flatMap(({ name, service }) => [
      {
        id: `${name}Cpu`,
        metric: service.metricCpuUtilization(minute),
        threshold: 85,
        periods: 10,
        says: `${name} tasks are at the limit of their processors for ten minutes.`,
      },
      {
        id: `${name}Memory`,
        metric: service.metricMemoryUtilization(minute),
        threshold: 85,
        periods: 5,
        says: `${name} tasks are near the limit of their memory.`,
      },
    ]),
    {
      id: 'Fatal',
      metric: errors.metric({ ...minute, statistic: 'Sum' }),
      threshold: 0,
      periods: 1,
      says: 'A process ended with a fatal error.',
    },
  ]
}

function ofData({ database, replica, cache }: Data): Watched[] {
  const redis = (metricName: string) =>
    new cloudwatch.Metric({
      namespace: 'AWS/ElastiCache',
      metricName,
      dimensionsMap: { ReplicationGroupId: cache.ref },
      statistic: 'Maximum',
      ...minute,
    })
  return [
    {
      id: 'DatabaseCpu',
      metric: database.metricCPUUtilization(minute),
      threshold: 80,
      periods: 10,
      says: 'PostgreSQL is busy: Performance Insights names the statements.',
    },
    {
      id: 'DatabaseDisk',
      metric: database.metricFreeStorageSpace(minute),
      threshold: 10 * GIB,
      operator: under,
      says: 'Less than 10 GiB are left for PostgreSQL.',
    },
    {
      id: 'DatabaseConnections',
      metric: database.metricDatabaseConnections(minute),
      threshold: 400,
      says: 'PostgreSQL has many connections: lower DATABASE_POOL_MAX or the number of tasks.',
    },
    {
      id: 'ReplicaLag',
      metric: replica.metric('ReplicaLag', { ...minute, statistic: 'Maximum' }),
      threshold: 60,
      periods: 5,
      says: 'The read replica is more than a minute behind.',
    },
    {
      id: 'RedisMemory',
      metric: redis('DatabaseMemoryUsagePercentage'),
      threshold: 80,
      says: 'Redis is nearly full.',
    },
    {
      id: 'RedisEvictions',
      metric: redis('Evictions'),
      threshold: 0,
      says: 'Redis drops keys before their time.',
    },
  ]
}
