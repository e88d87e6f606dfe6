import type { Section } from '@minato/web/sections-page'
import {
  IconBug,
  IconChartBar,
  IconFileText,
  IconHistory,
  IconMail,
  IconShieldLock,
  IconTestPipe,
  IconUsers,
} from '@tabler/icons-react'

/** The parts of the app, as its menu and the search show them. */
export const sections: readonly Section[] = [
  {
    to: '/operations/users',
    icon: IconUsers,
    label: { ja: '利用者', en: 'Users' },
    permission: 'users.view',
  },
  {
    to: '/operations/roles',
    icon: IconShieldLock,
    label: { ja: 'ロールと権限', en: 'Roles' },
    permission: 'operations.view',
  },
  {
    to: '/operations/audit',
    icon: IconHistory,
    label: { ja: '監査ログ', en: 'Audit log' },
    permission: 'audit.view',
  },
  {
    to: '/operations/mail',
    icon: IconMail,
    label: { ja: 'メール', en: 'Mail' },
    permission: 'operations.view',
  },
  {
    to: '/operations/llm',
    icon: IconChartBar,
    label: { ja: 'モデル', en: 'Models' },
    permission: 'operations.view',
  },
  {
    to: '/operations/errors',
    icon: IconBug,
    label: { ja: 'エラー', en: 'Errors' },
    permission: 'operations.view',
  },
  {
    to: '/operations/log',
    icon: IconFileText,
    label: { ja: 'ログ', en: 'Log' },
    permission: 'operations.view',
  },
  {
    to: '/operations/sandbox',
    icon: IconTestPipe,
    label: { ja: 'サンドボックス', en: 'Sandbox' },
    permission: 'operations.view',
  },
]
