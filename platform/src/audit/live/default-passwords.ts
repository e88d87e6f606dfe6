import { verifyPassword } from '../../auth/password-hash.ts'
import { defineCheck, fail, type LiveCheck, type Outcome, pass } from '../define-check.ts'

/** What installations are left with, and what the documents of the originals show. */
const PASSWORDS = [
  'admin',
  'password',
  'admin123',
  'changeme',
  'minato',
  'password123',
  'P@ssw0rd',
  'administrator',
  '12345678',
  'demo',
]
const MOST_ACCOUNTS = 12

type Tables = {
  'minato.users': {
    id: string
    email: string
    email_key: string
    roles: string[]
    status: string
    created_at: Date
  }
  'minato.accounts': { user_id: string; password_hash: string }
}

export const defaultPasswords = defineCheck<LiveCheck>({
  id: 'auth.default-passwords',
  phase: 'live',
  severity: 'critical',
  title: { en: 'No account has a default password', ja: '初期パスワードのままのアカウントがない' },
  why: {
    en: 'They are tried first, by programs, on every address of the internet.',
    ja: '初期パスワードは、あらゆるアドレスに対して自動で最初に試されます。',
  },
  mend: {
    en: 'minato user password EMAIL, or send the person a reset mail.',
    ja: 'minato user password EMAIL で変更するか、本人に再設定メールを送ります。',
  },
  minutes: 10,
  seeds: ['004 アプリケーション設定: 管理者アカウントの作成'],
  timeoutMs: 60_000,
  /** Compared with the stored hashes: trying them at the door would lock the very people out. */
  async run({ services }): Promise<Outcome> {
    const accounts = await services.db
      .withTables<Tables>()
      .selectFrom('minato.users as u')
      .innerJoin('minato.accounts as a', 'a.user_id', 'u.id')
      .select(['u.email', 'a.password_hash'])
      .where('u.status', '=', 'active')
      .where((where) =>
        where.or([
          where(where.ref('u.roles'), '&&', where.val(['admin', 'operator'])),
          ...['admin%', 'root%', 'demo%', 'test%', 'user@%', 'minato@%'].map((start) =>
            where('u.email_key', 'like', start),
          ),
        ]),
      )
      .orderBy('u.created_at')
      .limit(MOST_ACCOUNTS)
      .execute()
    for (const { email, password_hash } of accounts) {
      const own = email.split('@', 1)[0] ?? ''
      for (const password of [...PASSWORDS, own, `${own}123`]) {
        const { valid } = await verifyPassword(password, password_hash)
        if (valid)
          return fail({
            en: `${email} has a password out of the list of defaults.`,
            ja: `${email} のパスワードが初期パスワードの一覧にあります。`,
          })
      }
    }
    return pass(
      `${accounts.length} accounts of operators and usual names: none has one of ${PASSWORDS.length} defaults.`,
      `運用者や典型的な名前の ${accounts.length} アカウントに、初期パスワード ${PASSWORDS.length} 種はありませんでした。`,
    )
  },
})
