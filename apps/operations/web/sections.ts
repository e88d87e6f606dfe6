import type { Section } from '@minato/web/sections-page'
import {
  IconActivity,
  IconArchive,
  IconBug,
  IconChartBar,
  IconClipboardCheck,
  IconFileText,
  IconHistory,
  IconMail,
  IconPlug,
  IconRocket,
  IconShieldLock,
  IconStack2,
  IconTestPipe,
  IconUsers,
} from '@tabler/icons-react'

function section(
  part: string,
  icon: Section['icon'],
  [ja, en]: [ja: string, en: string],
  permission = 'operations.view',
): Section {
  return { to: `/operations/${part}`, icon, label: { ja, en }, permission }
}

/** The parts of the app, as its menu and the search show them. */
export const sections: readonly Section[] = [
  section('users', IconUsers, ['利用者', 'Users'], 'users.view'),
  section('roles', IconShieldLock, ['ロールと権限', 'Roles']),
  section('audit', IconHistory, ['監査ログ', 'Audit log'], 'audit.view'),
  section('readiness', IconClipboardCheck, ['本番準備', 'Readiness']),
  section('mail', IconMail, ['メール', 'Mail']),
  section('jobs', IconStack2, ['ジョブ', 'Jobs'], 'jobs.view'),
  section('deploys', IconRocket, ['デプロイ', 'Deploys']),
  section('realtime', IconPlug, ['ライブ接続', 'Connections']),
  section('llm', IconChartBar, ['モデル', 'Models']),
  section('backups', IconArchive, ['バックアップ', 'Backups']),
  section('metrics', IconActivity, ['メトリクス', 'Metrics']),
  section('errors', IconBug, ['エラー', 'Errors']),
  section('log', IconFileText, ['ログ', 'Log']),
  section('sandbox', IconTestPipe, ['サンドボックス', 'Sandbox']),
]
