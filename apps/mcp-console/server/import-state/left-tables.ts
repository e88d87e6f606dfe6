import { type Decision, type ImportContext, leave } from './decision.ts'
import { type StateRow, textOf, timeOf } from './state-file.ts'

type Rule = { id: string; reason: string; en: string; ja: string }

/** Tables of which nothing is taken, the column that names a row, and why. */
const LEFT: Record<string, Rule> = {
  auth_sessions: {
    id: 'user_email',
    reason: 'sign_in_again',
    en: 'People sign in again: the old session is no token here, and its vault key lies in the file in clear text.',
    ja: 'サインインし直してください。旧セッションは使えず、保管庫の鍵が平文でファイルに残っています。',
  },
  sessions: {
    id: 'session_id',
    reason: 'begin_again',
    en: 'An isolated run belongs to the container and the certificates that were made for it. Begin it again here.',
    ja: '隔離セッションは、そのとき作られたコンテナと証明書に結び付いています。ここで始め直してください。',
  },
  oauth_states: {
    id: 'server_id',
    reason: 'short_lived',
    en: 'An authorization under way is good for ten minutes. Begin it again here.',
    ja: '途中の認可は 10 分で失効します。ここで始め直してください。',
  },
  jobs: {
    id: 'job_id',
    reason: 'history',
    en: 'A finished run cannot be run again from its record. Keep the file if you need the history.',
    ja: '終了した実行は記録から再開できません。履歴が必要ならファイルを保管してください。',
  },
  audit_logs: {
    id: 'id',
    reason: 'history',
    en: 'The audit log here begins with this import. Keep the file as the record of what was before.',
    ja: 'ここの監査ログは取り込みから始まります。以前の記録としてファイルを保管してください。',
  },
  signature_policies: {
    id: 'server_id',
    reason: 'no_counterpart',
    en: 'Images are pinned by digest here, not by policy.',
    ja: 'ここではイメージをダイジェストで固定します。署名ポリシーはありません。',
  },
  container_configs: {
    id: 'name',
    reason: 'install_again',
    en: 'A container belongs to the console that made it. Install it again from the catalog; references stay the same.',
    ja: 'コンテナは作成したコンソールのものです。カタログから入れ直してください。参照はそのまま使えます。',
  },
}

const EXPIRED = {
  reason: 'expired',
  en: 'It was over before the import.',
  ja: '取り込みの前に期限が切れています。',
}
const ENDS: Record<string, string> = {
  auth_sessions: 'expires_at',
  sessions: 'idle_deadline',
  oauth_states: 'expires_at',
}

/** Every other table of the file, known or not: nothing is passed over in silence. */
export function decideLeftTables(
  context: ImportContext,
  taken: readonly string[],
): { table: string; decisions: Decision[] }[] {
  return context.file.tables
    .filter((table) => !taken.includes(table))
    .map((table) => ({
      table,
      decisions: context.file.rows(table).map((row, index) => decide(context, table, row, index)),
    }))
}

function decide(context: ImportContext, table: string, row: StateRow, index: number): Decision {
  const rule = Object.hasOwn(LEFT, table) ? LEFT[table] : undefined
  if (rule === undefined) {
    return leave(
      String(index + 1),
      'table_unknown',
      'This table is not known. Tell us what it is for before the file goes.',
      'この表は未知です。ファイルを破棄する前に用途をお知らせください。',
    )
  }
  const column = ENDS[table]
  const end = column === undefined ? undefined : timeOf(row, column)
  const over = end !== undefined && end.getTime() <= context.services.clock()
  const { reason, en, ja } = over ? EXPIRED : rule
  return leave(textOf(row, rule.id).slice(0, 100) || String(index + 1), reason, en, ja)
}
