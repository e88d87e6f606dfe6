import { defineErrors, type MinatoError } from '../errors/index.ts'

/** What every call to a model may fail with. `code` is stable; the texts say what to do next. */
export const llmErrors = defineErrors({
  LLM_TIMEOUT: {
    status: 504,
    title: { en: 'The model took too long', ja: 'モデルの応答が時間内に届きませんでした' },
    detail: {
      en: 'No answer within {seconds} s. Try again, or ask for something shorter.',
      ja: '{seconds} 秒以内に応答がありませんでした。もう一度試すか、質問を短くしてください。',
    },
  },
  LLM_RATE_LIMITED: {
    status: 429,
    title: { en: 'The model is busy', ja: 'モデルが混み合っています' },
    detail: {
      en: 'The model server limits how often it is asked. Try again in {seconds} s.',
      ja: 'モデルのサーバーが利用回数を制限しています。{seconds} 秒後にもう一度お試しください。',
    },
  },
  LLM_BUSY: {
    status: 429,
    title: { en: 'Too many answers at once', ja: '同時に作成中の回答が多すぎます' },
    detail: {
      en: 'Other answers are still being written. Wait for one to finish, then try again.',
      ja: 'ほかの回答を作成中です。どれかが終わってから、もう一度お試しください。',
    },
  },
  LLM_KEY_REFUSED: {
    status: 502,
    title: { en: 'The model refuses our key', ja: 'モデルの接続キーが拒否されました' },
    detail: {
      en: 'The model server does not accept the configured key. An operator must check LLM_API_KEY.',
      ja: 'モデルのサーバーが接続キーを受け付けません。運用担当者に LLM_API_KEY の確認を依頼してください。',
    },
  },
  LLM_OVER_BUDGET: {
    status: 402,
    title: { en: 'Monthly limit reached', ja: '今月の利用上限に達しました' },
    detail: {
      en: 'Your limit for {month} is used up. Wait for the next month, or ask an operator to raise it.',
      ja: '{month} の利用上限に達しました。翌月までお待ちいただくか、運用担当者に引き上げを依頼してください。',
    },
  },
  LLM_CONTENT_REFUSED: {
    status: 422,
    title: { en: 'The model declined to answer', ja: 'モデルが回答を拒否しました' },
    detail: {
      en: 'The content was refused by the model or its filter. Word the question differently.',
      ja: '内容がモデルまたはフィルターに拒否されました。表現を変えてお試しください。',
    },
  },
  LLM_UNAVAILABLE: {
    status: 503,
    title: { en: 'The model is away', ja: 'モデルに接続できません' },
    detail: {
      en: 'The model server does not answer. Try again in a moment; operators see the cause in the log.',
      ja: 'モデルのサーバーが応答しません。少し待ってからもう一度お試しください。原因は運用ログに記録しました。',
    },
  },
  LLM_BAD_ANSWER: {
    status: 502,
    title: { en: 'Unreadable answer', ja: 'モデルの応答を読み取れません' },
    detail: {
      en: 'The model sent something that cannot be read as an answer. Try again.',
      ja: 'モデルから届いた内容を回答として読み取れませんでした。もう一度お試しください。',
    },
  },
  LLM_STREAM_CUT: {
    status: 502,
    title: { en: 'The answer was cut off', ja: '回答が途中で切れました' },
    detail: {
      en: 'The connection to the model broke before the answer was complete. Try again.',
      ja: '回答の途中でモデルとの接続が切れました。もう一度お試しください。',
    },
  },
  LLM_QUOTA: {
    status: 502,
    title: { en: 'The model account is used up', ja: 'モデルの契約枠を使い切りました' },
    detail: {
      en: 'The account at the model provider has no quota left. An operator must top it up.',
      ja: 'モデル提供元の利用枠が残っていません。運用担当者に追加を依頼してください。',
    },
  },
  LLM_MODEL_UNKNOWN: {
    status: 422,
    title: { en: 'Unknown model', ja: 'そのモデルは使えません' },
    detail: {
      en: 'The model "{model}" is not offered here. Choose another one.',
      ja: 'モデル「{model}」は利用できません。別のモデルを選んでください。',
    },
  },
  LLM_CONTEXT_TOO_LONG: {
    status: 422,
    title: { en: 'Too long for the model', ja: 'モデルが読める長さを超えています' },
    detail: {
      en: 'The question with its files is longer than the model takes. Shorten it or remove a file.',
      ja: '質問と添付がモデルの上限を超えています。短くするか、添付を減らしてください。',
    },
  },
  LLM_REQUEST_REFUSED: {
    status: 502,
    title: { en: 'The model refused the request', ja: 'モデルがリクエストを受け付けません' },
    detail: {
      en: 'The model server did not accept the request. Choose another model; operators see the cause in the log.',
      ja: 'モデルのサーバーがリクエストを受け付けませんでした。別のモデルをお試しください。原因は運用ログに記録しました。',
    },
  },
  LLM_INPUT_UNSUPPORTED: {
    status: 422,
    title: { en: 'The model cannot read this', ja: 'このモデルでは読み取れません' },
    detail: {
      en: 'The model "{model}" does not take {kind}. Send text, or choose another model.',
      ja: 'モデル「{model}」は {kind} に対応していません。テキストで送るか、別のモデルを選んでください。',
    },
  },
  LLM_NOT_CONFIGURED: {
    status: 503,
    title: { en: 'No model is set up', ja: 'モデルが設定されていません' },
    detail: {
      en: 'An operator must set {variable}.',
      ja: '運用担当者が {variable} を設定する必要があります。',
    },
  },
})

/** Every failure of a model call is one of these; a cancelled call throws its signal's reason. */
export type LlmError = MinatoError
export type LlmErrorCode = keyof typeof llmErrors

/**
 * Whether an error is one of `llmErrors`.
 *
 * @example
 * catch (error) { if (isLlmError(error)) await markFailed(id, error.code) }
 */
export function isLlmError(error: unknown): error is LlmError {
  return error instanceof Error && 'code' in error && String(error.code) in llmErrors
}
