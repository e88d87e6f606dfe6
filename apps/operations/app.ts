import { defineApp } from '@minato/platform/app'
import { auditRoutes } from './server/audit-routes.ts'
import { backupRoutes } from './server/backup-routes.ts'
import { capRoutes } from './server/cap-routes.ts'
import { deployRoutes } from './server/deploy-routes.ts'
import { errorGroupRoutes } from './server/error-group-routes.ts'
import { jobFigureRoutes } from './server/job-figure-routes.ts'
import { jobRoutes } from './server/job-routes.ts'
import { laneRoutes } from './server/lane-routes.ts'
import { logLevelRoutes } from './server/log-level-routes.ts'
import { mailRoutes } from './server/mail-routes.ts'
import { mailboxRoutes } from './server/mailbox-routes.ts'
import { metricRoutes } from './server/metric-routes.ts'
import { promptRoutes } from './server/prompt-routes.ts'
import { readinessRoutes } from './server/readiness-routes.ts'
import { realtimeRoutes } from './server/realtime-routes.ts'
import { roleRoutes } from './server/role-routes.ts'
import { sandboxRoutes } from './server/sandbox-routes.ts'
import { scheduleRoutes } from './server/schedule-routes.ts'
import { usageRoutes } from './server/usage-routes.ts'
import { userActRoutes } from './server/user-act-routes.ts'
import { userRoutes } from './server/user-routes.ts'

export default defineApp({
  name: 'operations',
  title: { en: 'Operations', ja: '運用' },
  description: {
    en: 'Users, audit log, mail, jobs, models, errors and the sandbox.',
    ja: '利用者、監査ログ、メール、ジョブ、モデル、エラー、サンドボックスを管理します。',
  },
  permissions: {
    'operations.view': {
      title: { en: 'See operations', ja: '運用画面を見る' },
      roles: ['operator', 'admin'],
    },
    'operations.manage': {
      title: { en: 'Change settings in operations', ja: '運用の設定を変更する' },
      roles: ['operator', 'admin'],
    },
  },
  routes(server, services) {
    userRoutes(server, services)
    userActRoutes(server, services)
    roleRoutes(server, services)
    auditRoutes(server, services)
    mailRoutes(server, services)
    mailboxRoutes(server, services)
    sandboxRoutes(server, services)
    usageRoutes(server, services)
    laneRoutes(server, services)
    capRoutes(server, services)
    metricRoutes(server, services)
    promptRoutes(server, services)
    errorGroupRoutes(server, services)
    logLevelRoutes(server, services)
    jobRoutes(server, services)
    jobFigureRoutes(server, services)
    scheduleRoutes(server, services)
    realtimeRoutes(server, services)
    deployRoutes(server, services)
    readinessRoutes(server, services)
    backupRoutes(server, services)
  },
})
