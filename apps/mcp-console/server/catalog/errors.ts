import { defineErrors } from '@minato/platform/errors'

export const catalogErrors = defineErrors({
  MCP_CONSOLE_SOURCE_INVALID: {
    status: 400,
    title: { en: 'No such catalog', ja: 'カタログがありません' },
    detail: {
      en: 'Name a catalog by its id: {known}. Addresses are not taken; an administrator can add a source.',
      ja: 'カタログは ID で指定してください: {known}。URL では指定できません。追加は管理者に依頼してください。',
    },
  },
  MCP_CONSOLE_SOURCE_RATE_LIMITED: {
    status: 429,
    title: { en: 'The catalog asks to wait', ja: 'カタログの利用制限に達しました' },
    detail: {
      en: 'The source limits requests. Try again in {seconds} s; a GitHub token in the vault raises the limit for sources on GitHub.',
      ja: '提供元の利用制限に達しました。{seconds} 秒後にお試しください。GitHub 上の提供元なら、保管庫の GitHub トークンで上限を上げられます。',
    },
  },
  MCP_CONSOLE_SOURCE_UNAVAILABLE: {
    status: 503,
    title: { en: 'The catalog does not answer', ja: 'カタログに接続できません' },
    detail: {
      en: 'The source could not be read ({problem}), and there is no earlier copy. Try again in a moment, or choose another catalog.',
      ja: '提供元を読み取れず({problem})、以前の写しもありません。少し待ってからお試しになるか、別のカタログを選んでください。',
    },
  },
  MCP_CONSOLE_SOURCE_TAKEN: {
    status: 409,
    title: { en: 'This id is taken', ja: 'この ID は使われています' },
    detail: {
      en: 'A catalog with the id "{id}" exists. Choose another id.',
      ja: 'ID「{id}」のカタログはすでにあります。別の ID にしてください。',
    },
  },
  MCP_CONSOLE_SOURCE_BUILT_IN: {
    status: 409,
    title: { en: 'This catalog is built in', ja: '標準のカタログです' },
    detail: {
      en: 'Only catalogs that were added can be changed. Its address is set by a variable of the configuration.',
      ja: '変更できるのは追加したカタログだけです。標準のカタログの URL は設定の変数で決まります。',
    },
  },
  MCP_CONSOLE_SOURCE_UNREADABLE: {
    status: 422,
    title: { en: 'No catalog is there', ja: 'カタログを読み取れません' },
    detail: {
      en: 'The address could not be read as a catalog of this kind ({problem}). Check address and kind.',
      ja: 'この種類のカタログとして読み取れませんでした({problem})。URL と種類を確認してください。',
    },
  },
})

/** What kept a source from being read: said once, remembered for a while. */
export type SourceFailure = {
  reason: 'rate_limited' | 'upstream_unavailable'
  /** Until when the source is left alone, ms since the epoch. */
  until: number
  /** What happened, without addresses: `answered 503`, `OUTBOUND_TIMEOUT`. */
  problem: string
}

/** A source that could not be read; `load` turns it into a warning or an answer. */
export class SourceError extends Error {
  readonly reason: SourceFailure['reason']
  readonly problem: string
  readonly retryAfterSeconds: number | undefined

  constructor(
    reason: SourceFailure['reason'],
    problem: string,
    options: { retryAfterSeconds?: number; cause?: unknown } = {},
  ) {
    super(problem, { cause: options.cause })
    this.name = 'SourceError'
    this.reason = reason
    this.problem = problem
    this.retryAfterSeconds = options.retryAfterSeconds
  }
}
