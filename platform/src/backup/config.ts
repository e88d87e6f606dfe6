import { isAbsolute } from 'node:path'
import { z } from 'zod'
import {
  bool,
  defineConfig,
  duration,
  integer,
  list,
  type Problem,
  url,
  type Values,
  variable,
} from '../config/index.ts'

const PLACE = 'must be an absolute folder, file:///folder or s3://bucket/prefix?region=REGION'
const CRON = 'must be five cron fields such as "0 3 * * *", or off'

const variables = {
  url: variable('BACKUP_URL', z.string().refine(isPlace, { message: PLACE }).optional(), {
    describe:
      'where backups are kept: a folder or object storage; unset: backups in the data folder',
    example: 's3://minato-backups/prod?region=ap-northeast-1',
  }),
  accessKeyId: variable('BACKUP_ACCESS_KEY_ID', z.string().min(1).optional(), {
    describe: 'access key id of the bucket for backups',
    secret: true,
  }),
  secretAccessKey: variable('BACKUP_SECRET_ACCESS_KEY', z.string().min(1).optional(), {
    describe: 'secret access key of the bucket for backups',
    secret: true,
  }),
  role: variable('BACKUP_ROLE', bool.default(false), {
    describe: 'whether the role of the ECS task or EC2 machine opens the bucket, instead of a key',
  }),
  schedule: variable('BACKUP_SCHEDULE', z.string().refine(isCron, { message: CRON }).optional(), {
    describe:
      'when a backup is made (cron, Asia/Tokyo), or off; unset: 3 o’clock daily in staging and production',
    example: '0 3 * * *',
  }),
  drillSchedule: variable(
    'BACKUP_DRILL_SCHEDULE',
    z.string().refine(isCron, { message: CRON }).optional(),
    {
      describe:
        'when the newest backup is restored as a drill (cron, Asia/Tokyo), or off; unset: Sundays at 4 in staging and production',
      example: '0 4 * * 0',
    },
  ),
  retentionDays: variable('BACKUP_RETENTION_DAYS', integer(1, 3650).default(30), {
    describe: 'days a backup is kept; the newest proven one is never deleted',
  }),
  maxAgeMs: variable('BACKUP_MAX_AGE', duration.default(26 * 3_600_000), {
    describe: 'a newest backup older than this is stale: the drill and the alerts say so',
  }),
  marks: variable('BACKUP_MARKS', list.optional(), {
    describe:
      'acts that are preceded by a backup of their own, or none; unset: all of them in staging and production',
    example: 'deploy,import,key-rotation,bulk-delete',
  }),
  drillDatabaseUrl: variable(
    'BACKUP_DRILL_DATABASE_URL',
    url('postgres', 'postgresql').optional(),
    {
      describe:
        'server on which a drill makes its scratch database; unset: that of DATABASE_URL, whose role then needs CREATEDB',
      secret: true,
    },
  ),
}

export type BackupConfig = Values<typeof variables>

/** Where backups are kept, when they are made and proven, and how long they stay. */
export const backupConfig = defineConfig(variables, { check: credentialsBelongTogether })

function isPlace(text: string): boolean {
  if (isAbsolute(text)) return true
  if (!URL.canParse(text)) return false
  const { protocol, hostname, username, password, searchParams } = new URL(text)
  if (username !== '' || password !== '') return false
  if (protocol === 'file:') return hostname === ''
  const endpoint = searchParams.get('endpoint')
  return protocol === 's3:' && hostname !== '' && (endpoint === null || URL.canParse(endpoint))
}

function isCron(text: string): boolean {
  return text === 'off' || /^\s*([\d*/,\-A-Za-z]+\s+){4}[\d*/,\-A-Za-z#]+\s*$/.test(text)
}

function credentialsBelongTogether(values: BackupConfig): Problem[] {
  if (values.url?.startsWith('s3:') !== true || values.role) return []
  const missing = [
    values.accessKeyId === undefined ? 'BACKUP_ACCESS_KEY_ID' : '',
    values.secretAccessKey === undefined ? 'BACKUP_SECRET_ACCESS_KEY' : '',
  ].filter((name) => name !== '')
  return missing.map((name) => ({
    variable: name,
    problem: {
      en: 'is not set although BACKUP_URL names a bucket',
      ja: 'が設定されていません（BACKUP_URL はバケットを指しています）',
    },
    mend: {
      en: 'set the access key pair of the bucket, or BACKUP_ROLE on AWS, or keep backups in a folder',
      ja: 'バケットのアクセスキー（AWS では BACKUP_ROLE も可）を設定するか、フォルダーを指定してください',
    },
  }))
}
