import type { Translation } from '@minato/web/messages'
import type en from './en.ts'
import backups from './ja/backups.ts'
import deploys from './ja/deploys.ts'
import jobs from './ja/jobs.ts'
import mail from './ja/mail.ts'
import metrics from './ja/metrics.ts'
import models from './ja/models.ts'
import prompts from './ja/prompts.ts'
import readiness from './ja/readiness.ts'
import realtime from './ja/realtime.ts'
import records from './ja/records.ts'
import sandbox from './ja/sandbox.ts'
import users from './ja/users.ts'

const ja: Translation<typeof en> = {
  title: '運用',
  sections: '運用の項目',
  comma: '、',
  on: '有効',
  off: '無効',
  never: 'なし',
  undo: '元に戻す',
  role: { user: '一般', operator: '運用担当', admin: '管理者' },
  ...users,
  ...mail,
  ...jobs,
  ...backups,
  ...deploys,
  ...metrics,
  ...models,
  ...prompts,
  ...readiness,
  ...realtime,
  ...records,
  ...sandbox,
}

export default ja
