import type { StaticCheck } from '../define-check.ts'
import { judge } from '../evidence.ts'
import { operatingCheck } from './operating-check.ts'

/** What the template of a cloud must hold: words of AWS CDK. */
const CLOUD: readonly [string, RegExp][] = [
  ['network (VPC)', /new\s+(?:\w+\.)?Vpc\(/],
  ['security groups', /SecurityGroup\(|\.connections\.allow/],
  ['database in two zones', /multiAz:\s*true/],
  ['Redis', /CfnReplicationGroup|CfnCacheCluster|CfnServerlessCache/],
  ['bucket with versions', /versioned:\s*true/],
  ['CDN', /Distribution\(/],
  ['DNS', /ARecord\(|HostedZone/],
  ['secrets', /secretsmanager|Secret\b/],
  ['alarms', /Alarm\(/],
  ['auto scaling', /autoScaleTaskCount|scaleOnCpu/],
]

const template = operatingCheck({
  id: 'cloud.template',
  below: 'deploy/aws/',
  severity: 'low',
  title: {
    en: 'The cloud template holds all of its parts',
    ja: 'クラウドの雛形に必要なものがそろっている',
  },
  why: {
    en: 'What is clicked together by hand cannot be built again.',
    ja: '手作業で作ったものは、同じものを作り直せません。',
  },
  mend: {
    en: 'Add the missing parts to deploy/aws.',
    ja: '足りないものを deploy/aws に加えます。',
  },
  minutes: 120,
  seeds: [
    '004 VPCとサブネットの構成',
    '004 セキュリティグループの設定',
    '004 RDS（PostgreSQL）の構築',
    '004 ElastiCache（Redis）の構築',
    '004 S3バケットの作成',
    '004 CloudFrontの設定',
    '004 Route 53のDNS設定',
    '004 CloudWatchアラームの設定',
  ],
  async look(files) {
    const paths = files.matching(/^deploy\/aws\/.*\.ts$/)
    const text = (await Promise.all(paths.map((path) => files.read(path)))).join('\n')
    const missing = CLOUD.filter(([, pattern]) => !pattern.test(text))
    return judge(
      missing.map(([name]) => name),
      { en: 'Missing:', ja: '不足:' },
      {
        en: `${CLOUD.length} parts in ${paths.length} files.`,
        ja: `${paths.length} ファイルに ${CLOUD.length} 項目。`,
      },
      { file: 'deploy/aws' },
    )
  },
})

export const cloudChecks: readonly StaticCheck[] = [template]
