import { randomBytes, randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import type { Services } from '../../app/services.ts'
import { defineCheck, fail, type LiveCheck, type Outcome, pass, skip } from '../define-check.ts'
import { ARRIVE_WITHIN_MS } from './context.ts'
import { visitOf } from './visit.ts'

export const filesRoundTrip = defineCheck<LiveCheck>({
  id: 'files.round-trip',
  phase: 'live',
  severity: 'high',
  title: {
    en: 'Files are kept, given out by signed links, and deleted',
    ja: 'ファイルの保存・署名付きリンク・削除ができる',
  },
  why: {
    en: 'A full disk or a wrong key pair shows itself at somebody’s upload; a link that can be altered gives out every file.',
    ja: '容量不足や鍵の誤りは利用者のアップロードで発覚します。改変できるリンクは全ファイルを渡します。',
  },
  mend: {
    en: 'See FILES_URL and its keys; check space and rights of the data folder.',
    ja: 'FILES_URL と鍵、データフォルダーの空きと権限を確認します。',
  },
  minutes: 20,
  seeds: ['004 インフラ構築: S3バケットの作成'],
  async run(context): Promise<Outcome> {
    const { files } = context.services
    const key = `temp/audit/${randomUUID()}.bin`
    const bytes = randomBytes(64 * 1024)
    await files.put(key, bytes, { contentType: 'application/octet-stream' })
    try {
      const { stream } = await files.get(key)
      const chunks: Buffer[] = []
      for await (const chunk of stream) chunks.push(Buffer.from(chunk))
      if (!Buffer.concat(chunks).equals(bytes))
        return fail('What was read is not what was written.')
      const told = files.kind === 'disk' ? await linkFault(context, key) : undefined
      if (told !== undefined) return fail(told)
    } finally {
      await files.delete(key)
    }
    return (await files.stat(key)) === undefined
      ? pass(
          `64 KB written, read back and deleted (${files.kind}); altered links are refused.`,
          `64 KB の保存・読み出し・削除ができ（${files.kind}）、改変したリンクは拒否されました。`,
        )
      : fail({ en: 'The deleted file is still there.', ja: '削除したファイルが残っています。' })
  },
})

/** What is wrong with the way signed links are served; they come from the system itself on disk. */
async function linkFault(
  context: Parameters<LiveCheck['run']>[0],
  key: string,
): Promise<string | undefined> {
  const visit = await visitOf(context)
  const { pathname, search } = new URL(
    await context.services.files.signedUrl(key, { expiresInMs: 60_000 }),
  )
  const good = await visit.ask({ path: `${pathname}${search}` })
  if (good.status !== 200)
    return `The signed link was answered ${good.status}: do web and worker share the data folder?`
  if (!/^attachment/.test(String(good.headers['content-disposition'] ?? '')))
    return 'The file does not come as a download.'
  if (!/sandbox/.test(String(good.headers['content-security-policy'] ?? '')))
    return 'The file comes without a sandboxing policy.'
  const altered = new URLSearchParams(search)
  altered.set('expires', String(Number(altered.get('expires')) + 60_000))
  const later = await visit.ask({ path: `${pathname}?${altered}` })
  const bare = await visit.ask({ path: pathname })
  return later.status === 200 || bare.status === 200
    ? 'An altered or unsigned link was served.'
    : undefined
}

type Outbox = { 'minato.mail_outbox': { id: string; state: string; reason: string | null } }

export const mailArrives = defineCheck<LiveCheck>({
  id: 'mail.arrives',
  phase: 'live',
  severity: 'high',
  title: {
    en: 'A test mail is taken by the mail server',
    ja: '試験メールがメールサーバーに受け付けられる',
  },
  why: {
    en: 'Without mail nobody can reset a password, and no notice reaches anybody.',
    ja: 'メールが届かないと、パスワードの再設定も通知もできません。',
  },
  mend: {
    en: 'See the reason in Operations, Mail; check MAIL_URL, MAIL_FROM and the sender’s verification at the mail service.',
    ja: '運用画面のメールで理由を確認し、MAIL_URL・MAIL_FROM と送信元の認証を調べます。',
  },
  minutes: 30,
  seeds: ['004 外部サービス連携: SendGrid設定とテンプレート作成'],
  timeoutMs: ARRIVE_WITHIN_MS + 10_000,
  async run({ services, arriveWithinMs = ARRIVE_WITHIN_MS }, signal): Promise<Outcome> {
    const { mail, config, clock } = services
    if (config.mail.url === undefined)
      return skip(
        'MAIL_URL is not set: mail waits in the outbox.',
        'MAIL_URL が未設定のため、メールは送信待ちになります。',
      )
    const to = recipientOf(services)
    const at = new Date(clock()).toISOString()
    const { id } = await mail.send({
      to,
      template: 'audit',
      locale: 'ja',
      data: { at, url: services.publicUrl },
    })
    const db = services.db.withTables<Outbox>()
    const row = () =>
      db
        .selectFrom('minato.mail_outbox')
        .select(['state', 'reason'])
        .where('id', '=', id)
        .executeTakeFirst()
    try {
      for (
        const end = Date.now() + arriveWithinMs;
        Date.now() < end && !signal.aborted;
        await delay(200)
      ) {
        const { state, reason } = (await row()) ?? { state: 'gone', reason: null }
        if (state === 'sent')
          return pass(
            `Taken by the mail server, for ${to}.`,
            `${to} 宛てのメールが受け付けられました。`,
          )
        if (state !== 'queued' && state !== 'sending') return fail(`${state}: ${reason ?? ''}`)
      }
      return fail({
        en: `Not taken within ${arriveWithinMs / 1000} s: ${(await row())?.reason ?? 'no worker sent it'}.`,
        ja: `${arriveWithinMs / 1000} 秒以内に送信されませんでした（${(await row())?.reason ?? 'ワーカーが送信していません'}）。`,
      })
    } finally {
      await db.deleteFrom('minato.mail_outbox').where('id', '=', id).execute()
    }
  },
})

/** AUDIT_MAIL_TO, or the sender's own address: whoever reads that answers for the system's mail. */
function recipientOf({ config }: Services): string {
  return config.audit.mailTo ?? /<([^>]+)>/.exec(config.mail.from)?.[1] ?? config.mail.from
}

export const modelProven = defineCheck<LiveCheck>({
  id: 'llm.proven',
  phase: 'live',
  severity: 'high',
  title: {
    en: 'Key, model and quota of the language model are good',
    ja: 'モデルの接続キー・モデル名・利用枠が有効',
  },
  why: {
    en: 'A refused key or a used-up account shows itself at the first question somebody asks.',
    ja: '無効なキーや枠切れは、利用者の最初の質問で発覚します。',
  },
  mend: {
    en: 'Set LLM_API_KEY and LLM_MODEL to what the provider’s console shows; raise its quota.',
    ja: 'LLM_API_KEY・LLM_MODEL を提供元の管理画面に合わせ、利用枠を確認します。',
  },
  minutes: 15,
  seeds: ['004 外部サービス連携: OpenAI API設定', '001 APIキー管理の改善'],
  timeoutMs: 60_000,
  async run({ services }): Promise<Outcome> {
    if (services.config.llm.url === undefined)
      return skip('LLM_URL is not set.', 'LLM_URL が未設定です。')
    const { accepted, modelExists, quotaLeft, model, code, detail } = await services.llm.probe()
    if (accepted && modelExists && quotaLeft)
      return pass(`${model}: ${detail.en}`, `${model}: ${detail.ja}`)
    return fail({
      en: `${model ?? 'no model'}: ${detail.en} [${code}]`,
      ja: `${model ?? 'モデル未設定'}: ${detail.ja} [${code}]`,
    })
  },
})
