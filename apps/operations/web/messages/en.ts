import backups from './en/backups.ts'
import deploys from './en/deploys.ts'
import jobs from './en/jobs.ts'
import mail from './en/mail.ts'
import metrics from './en/metrics.ts'
import models from './en/models.ts'
import prompts from './en/prompts.ts'
import readiness from './en/readiness.ts'
import realtime from './en/realtime.ts'
import records from './en/records.ts'
import sandbox from './en/sandbox.ts'
import users from './en/users.ts'

export default {
  title: 'Operations',
  sections: 'Parts of operations',
  comma: ', ',
  on: 'On',
  off: 'Off',
  never: 'Never',
  undo: 'Undo',
  role: { user: 'User', operator: 'Operator', admin: 'Administrator' },
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
