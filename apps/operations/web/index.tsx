import { api } from '@minato/web/api'
import { type Command, defineWebApp, type Notice } from '@minato/web/app'
import { mayUse, type Session } from '@minato/web/session'
import { IconSettingsCog, IconUser } from '@tabler/icons-react'
import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import type en from './messages/en.ts'
import { sections } from './sections.ts'
import type { List, LlmNotice, User } from './shapes.ts'

declare module '@minato/web/messages' {
  interface MessageNamespaces {
    operations: typeof en
  }
}

const pages = {
  '/operations': lazyRouteComponent(() => import('./overview-page.tsx'), 'OverviewPage'),
  '/operations/users': lazyRouteComponent(() => import('./users/users-page.tsx'), 'UsersPage'),
  '/operations/users/invitations': lazyRouteComponent(
    () => import('./users/invitations-page.tsx'),
    'InvitationsPage',
  ),
  '/operations/users/$id': lazyRouteComponent(() => import('./users/user-page.tsx'), 'UserPage'),
  '/operations/roles': lazyRouteComponent(() => import('./users/roles-page.tsx'), 'RolesPage'),
  '/operations/audit': lazyRouteComponent(() => import('./records/audit-page.tsx'), 'AuditPage'),
  '/operations/mail': lazyRouteComponent(() => import('./mail/outbox-page.tsx'), 'OutboxPage'),
  '/operations/mail/stopped': lazyRouteComponent(
    () => import('./mail/stopped-page.tsx'),
    'StoppedPage',
  ),
  '/operations/mail/sandbox': lazyRouteComponent(
    () => import('./mail/mailbox-page.tsx'),
    'MailboxPage',
  ),
  '/operations/jobs': lazyRouteComponent(() => import('./jobs/jobs-page.tsx'), 'JobsPage'),
  '/operations/jobs/dead': lazyRouteComponent(() => import('./jobs/dead-page.tsx'), 'DeadPage'),
  '/operations/jobs/schedules': lazyRouteComponent(
    () => import('./jobs/schedules-page.tsx'),
    'SchedulesPage',
  ),
  '/operations/jobs/throughput': lazyRouteComponent(
    () => import('./jobs/throughput-page.tsx'),
    'ThroughputPage',
  ),
  '/operations/jobs/$id': lazyRouteComponent(() => import('./jobs/job-page.tsx'), 'JobPage'),
  '/operations/readiness': lazyRouteComponent(
    () => import('./readiness/readiness-page.tsx'),
    'ReadinessPage',
  ),
  '/operations/readiness/history': lazyRouteComponent(
    () => import('./readiness/history-page.tsx'),
    'HistoryPage',
  ),
  '/operations/readiness/$id': lazyRouteComponent(
    () => import('./readiness/readiness-page.tsx'),
    'RunPage',
  ),
  '/operations/deploys': lazyRouteComponent(
    () => import('./deploys/deploys-page.tsx'),
    'DeploysPage',
  ),
  '/operations/deploys/processes': lazyRouteComponent(
    () => import('./deploys/processes-page.tsx'),
    'ProcessesPage',
  ),
  '/operations/deploys/$id': lazyRouteComponent(
    () => import('./deploys/deploy-page.tsx'),
    'DeployPage',
  ),
  '/operations/realtime': lazyRouteComponent(
    () => import('./realtime/connections-page.tsx'),
    'ConnectionsPage',
  ),
  '/operations/llm': lazyRouteComponent(() => import('./models/usage-page.tsx'), 'UsagePage'),
  '/operations/llm/lanes': lazyRouteComponent(() => import('./models/lanes-page.tsx'), 'LanesPage'),
  '/operations/llm/limits': lazyRouteComponent(
    () => import('./models/limits-page.tsx'),
    'LimitsPage',
  ),
  '/operations/llm/calls': lazyRouteComponent(() => import('./models/calls-page.tsx'), 'CallsPage'),
  '/operations/llm/prompts': lazyRouteComponent(
    () => import('./models/prompts-page.tsx'),
    'PromptsPage',
  ),
  '/operations/llm/prompts/$name': lazyRouteComponent(
    () => import('./models/prompt-page.tsx'),
    'PromptPage',
  ),
  '/operations/backups': lazyRouteComponent(
    () => import('./backups/backups-page.tsx'),
    'BackupsPage',
  ),
  '/operations/backups/drills': lazyRouteComponent(
    () => import('./backups/drills-page.tsx'),
    'DrillsPage',
  ),
  '/operations/backups/drills/$id': lazyRouteComponent(
    () => import('./backups/drill-page.tsx'),
    'DrillPage',
  ),
  '/operations/metrics': lazyRouteComponent(
    () => import('./metrics/metrics-page.tsx'),
    'MetricsPage',
  ),
  '/operations/errors': lazyRouteComponent(() => import('./records/errors-page.tsx'), 'ErrorsPage'),
  '/operations/errors/$fingerprint': lazyRouteComponent(
    () => import('./records/error-page.tsx'),
    'ErrorPage',
  ),
  '/operations/log': lazyRouteComponent(() => import('./records/log-page.tsx'), 'LogPage'),
  '/operations/sandbox': lazyRouteComponent(
    () => import('./sandbox/sandbox-page.tsx'),
    'SandboxPage',
  ),
}

export default defineWebApp({
  name: 'operations',
  navigation: {
    // The rail cuts anything longer.
    label: { ja: '運用', en: 'Ops' },
    icon: IconSettingsCog,
    path: '/operations',
    order: 90,
    permission: 'operations.view',
    summary: {
      ja: '利用者、記録、メール、モデル、エラーを管理します。',
      en: 'Users, records, mail, models and errors.',
    },
    nextStep: { label: { ja: '利用者を見る', en: 'See users' }, path: '/operations/users' },
  },
  routes: (parent) =>
    Object.entries(pages).map(([path, component]) =>
      createRoute({ getParentRoute: () => parent, path, component }),
    ),
  messages: { ja: () => import('./messages/ja.ts'), en: () => import('./messages/en.ts') },
  commands: async (session, query) => [
    ...sections
      .filter(({ permission }) => mayUse(session.user, permission))
      .map(({ to, icon, label }) => ({
        id: `operations${to}`,
        label,
        detail: { ja: '運用', en: 'Operations' },
        icon,
        to,
      })),
    ...(await foundUsers(session, query.trim())),
  ],
  notices: modelNotices,
})

async function foundUsers(session: Session, query: string): Promise<Command[]> {
  if (query.length < 2 || !mayUse(session.user, 'users.view')) return []
  const found = await api.get<List<User>>('/api/operations/users', { query: { query, limit: 5 } })
  return found.items.map(({ id, name, email }) => ({
    id: `operations.user.${id}`,
    label: { ja: name, en: name },
    detail: { ja: email, en: email },
    icon: IconUser,
    to: `/operations/users/${id}`,
  }))
}

/** What stops the models for everybody, and only an operator can mend. */
async function modelNotices(session: Session): Promise<Notice[]> {
  if (!mayUse(session.user, 'operations.view')) return []
  const { items } = await api.get<List<LlmNotice>>('/api/operations/llm/notices')
  return items.map(({ kind, since }) => ({
    id: `operations.${kind}`,
    tone: 'error',
    title:
      kind === 'LLM_QUOTA'
        ? { ja: 'モデルの利用枠を使い切りました', en: 'The model account is used up' }
        : { ja: 'モデルの接続キーが拒否されました', en: 'The model refuses the key' },
    to: '/operations/llm/lanes',
    at: since,
  }))
}
