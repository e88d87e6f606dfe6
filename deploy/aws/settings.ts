import type { App } from 'aws-cdk-lib'

/** What differs between one installation and the next. Given as context: `cdk deploy -c domain=minato.example.com`. */
export type Settings = {
  account: string
  /** Where everything runs. */
  region: string
  /** Two availability zones, by their letters. */
  zones: string[]
  /** Where copies of backups and files are kept, in case the first region is lost. */
  backupRegion: string
  /** The hosted zone that Route 53 serves: its name and its id. */
  zoneName: string
  zoneId: string
  /** Address people use: in the zone. */
  domain: string
  /** Certificate of the load balancer (ACM, in `region`). */
  certificateArn: string
  /** Certificate of the file distribution (ACM, in us-east-1, as CloudFront demands). */
  filesCertificateArn: string
  /** Repository and version in ECR: `minato:1.2.3`. No floating tag. */
  image: string
  /** How many of web and of worker run at least. 0 for the first deployment, until the tables are there. */
  tasks: number
  /** Who is told of alarms. */
  alarmMail: string
  /** OpenAI-compatible server; its key is in Secrets Manager. */
  llmUrl: string
  llmModel: string
  mailFrom: string
}

const REQUIRED = [
  'zoneName',
  'zoneId',
  'domain',
  'certificateArn',
  'filesCertificateArn',
  'image',
  'alarmMail',
  'llmUrl',
  'llmModel',
  'mailFrom',
] as const

/**
 * Reads the context of the app.
 * @throws {Error} naming every setting that is missing or wrong.
 */
export function readSettings(app: App): Settings {
  const text = (name: string): string => String(app.node.tryGetContext(name) ?? '').trim()
  const given = Object.fromEntries(REQUIRED.map((name) => [name, text(name)])) as Record<
    (typeof REQUIRED)[number],
    string
  >
  const problems = REQUIRED.filter((name) => given[name] === '').map((name) => `${name} is missing`)
  if (given.image !== '' && !isFixed(given.image)) {
    problems.push('image must be repository:version or repository@sha256:…, and not :latest')
  }
  if (given.domain !== '' && !`.${given.domain}`.endsWith(`.${given.zoneName}`)) {
    problems.push(`domain must be in the zone ${given.zoneName}`)
  }
  if (!/^\d*$/.test(text('tasks'))) problems.push('tasks must be a number')
  if (problems.length > 0) {
    throw new Error(`${problems.join('; ')}. Give them as -c name=value; README.md lists them.`)
  }
  return {
    ...given,
    account: text('account') || process.env['CDK_DEFAULT_ACCOUNT'] || '',
    region: text('region') || 'ap-northeast-1',
    tasks: Number(text('tasks') || 2),
    zones: (text('zones') || 'a,c').split(','),
    backupRegion: text('backupRegion') || 'ap-northeast-3',
  }
}

/** A tag that moves would make two tasks of one release differ. */
function isFixed(image: string): boolean {
  return /^[a-z0-9/._-]+(@sha256:[0-9a-f]{64}|:(?!latest$)[\w.-]+)$/.test(image)
}
