import { defineErrors } from './minato-error.ts'

/** Errors that belong to no single concern. */
export const commonErrors = defineErrors({
  BAD_REQUEST: {
    status: 400,
    title: { en: 'Bad request', ja: 'リクエストを読み取れません' },
    detail: {
      en: 'The request could not be read. Check its syntax and send it again.',
      ja: 'リクエストを読み取れませんでした。書式を確認して、もう一度送ってください。',
    },
  },
  VALIDATION_FAILED: {
    status: 422,
    title: { en: 'Some fields need attention', ja: '入力を確認してください' },
    detail: {
      en: 'Correct the fields listed in "errors" and send the request again.',
      ja: '下に示した項目を直して、もう一度送ってください。',
    },
  },
  FORBIDDEN: {
    status: 403,
    title: { en: 'Not permitted', ja: '権限がありません' },
    detail: {
      en: 'Your role does not include the permission "{permission}". Ask an administrator for it.',
      ja: '権限「{permission}」がありません。管理者に依頼してください。',
    },
  },
  NOT_FOUND: {
    status: 404,
    title: { en: 'Not found', ja: '見つかりません' },
    detail: {
      en: 'Nothing is here, or it is not yours. Check the address.',
      ja: '存在しないか、あなたのものではありません。アドレスを確認してください。',
    },
  },
  BODY_TOO_LARGE: {
    status: 413,
    title: { en: 'Request too large', ja: 'データが大きすぎます' },
    detail: {
      en: 'The request body is larger than this address accepts. Send a smaller one.',
      ja: '送信データが上限を超えています。小さくして送ってください。',
    },
  },
  MEDIA_TYPE_UNSUPPORTED: {
    status: 415,
    title: { en: 'Unsupported media type', ja: '対応していない形式です' },
    detail: {
      en: 'Send the body as {accepted}.',
      ja: '{accepted} の形式で送ってください。',
    },
  },
  RATE_LIMITED: {
    status: 429,
    title: { en: 'Too many requests', ja: 'リクエストが多すぎます' },
    detail: {
      en: 'Wait {seconds} s, then try again.',
      ja: '{seconds} 秒待ってから、もう一度お試しください。',
    },
  },
  INTERNAL: {
    status: 500,
    title: { en: 'Something went wrong', ja: '問題が発生しました' },
    detail: {
      en: 'The error was recorded. Try again; if it stays, tell an operator the request id.',
      ja: 'エラーを記録しました。もう一度お試しください。続く場合はリクエスト ID を運用担当者にお伝えください。',
    },
  },
  DATABASE_UNAVAILABLE: {
    status: 503,
    title: { en: 'Database unavailable', ja: 'データベースに接続できません' },
    detail: {
      en: 'The database does not answer. Nothing was changed; try again in a moment.',
      ja: 'データベースが応答しません。変更は行われていません。少し待ってからお試しください。',
    },
  },
  REDIS_UNAVAILABLE: {
    status: 503,
    title: { en: 'Redis unavailable', ja: 'Redis に接続できません' },
    detail: {
      en: 'Sign-in limits cannot be checked without Redis. Try again in a moment.',
      ja: 'Redis に接続できないため、安全に処理できません。少し待ってからお試しください。',
    },
  },
  OVERLOADED: {
    status: 503,
    title: { en: 'Too busy', ja: '混み合っています' },
    detail: {
      en: 'The server is at its limit. Try again in {seconds} s.',
      ja: 'サーバーが混み合っています。{seconds} 秒後にお試しください。',
    },
  },
  DRAINING: {
    status: 503,
    title: { en: 'Restarting', ja: '再起動中です' },
    detail: {
      en: 'This process is shutting down. Try again: another one takes over.',
      ja: '再起動しています。もう一度お試しください。',
    },
  },
})
