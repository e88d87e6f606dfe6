import { defineErrors, type MinatoError } from '../errors/index.ts'

const SESSION_CHALLENGE = 'Bearer realm="minato"'
const TOKEN_CHALLENGE = 'Bearer realm="minato", error="invalid_token"'

const table = defineErrors({
  AUTH_REQUIRED: {
    status: 401,
    title: { en: 'Sign in first', ja: 'サインインが必要です' },
    detail: {
      en: 'Sign in, or send an API key or access token in the Authorization header.',
      ja: 'サインインするか、Authorization ヘッダーに API キーかアクセストークンを付けてください。',
    },
  },
  AUTH_CREDENTIALS_INVALID: {
    status: 401,
    title: { en: 'E-mail or password wrong', ja: 'メールアドレスまたはパスワードが違います' },
    detail: {
      en: 'Check both and try again. After several failures wait a few minutes, or reset the password.',
      ja: '両方を確かめて、もう一度お試しください。何度か失敗したときは数分待つか、パスワードを再設定してください。',
    },
  },
  AUTH_TOKEN_INVALID: {
    status: 401,
    title: { en: 'Access token not valid', ja: 'アクセストークンが無効です' },
    detail: {
      en: 'The token is malformed, expired or revoked. Get a new one from POST /api/auth/token.',
      ja: 'トークンの形式が違うか、期限切れか、取り消されています。POST /api/auth/token で取得し直してください。',
    },
  },
  AUTH_TOKEN_EXPIRED: {
    status: 401,
    title: { en: 'Access token expired', ja: 'アクセストークンの期限が切れています' },
    detail: {
      en: 'Exchange the refresh token for a new one at POST /api/auth/token.',
      ja: 'POST /api/auth/token でリフレッシュトークンを新しいトークンに交換してください。',
    },
  },
  AUTH_KEY_INVALID: {
    status: 401,
    title: { en: 'API key not valid', ja: 'API キーが無効です' },
    detail: {
      en: 'The key is mistyped, expired or revoked. Make a new one under Profile, API keys.',
      ja: 'キーが誤っているか、期限切れか、取り消されています。プロフィールの「API キー」で作り直してください。',
    },
  },
  AUTH_REFRESH_INVALID: {
    status: 401,
    title: { en: 'Refresh token not valid', ja: 'リフレッシュトークンが無効です' },
    detail: {
      en: 'It was used before, has expired or was revoked. Sign in again.',
      ja: '使用済みか、期限切れか、取り消されています。サインインし直してください。',
    },
  },
  AUTH_CHALLENGE_EXPIRED: {
    status: 401,
    title: { en: 'Sign-in took too long', ja: 'サインインの制限時間を過ぎました' },
    detail: {
      en: 'Start again with e-mail and password.',
      ja: 'メールアドレスとパスワードの入力からやり直してください。',
    },
  },
  AUTH_TWO_FACTOR_FAILED: {
    status: 401,
    title: { en: 'Code not accepted', ja: 'コードが正しくありません' },
    detail: {
      en: 'Wait for the next code of your authenticator, or use a recovery code. A code works once.',
      ja: '認証アプリの次のコードを待つか、リカバリーコードを使ってください。コードは一度しか使えません。',
    },
  },
  AUTH_CODE_WRONG: {
    status: 422,
    title: { en: 'Code not accepted', ja: 'コードが正しくありません' },
    detail: {
      en: 'Wait for the next code of your authenticator and enter it. A code works once.',
      ja: '認証アプリに次のコードが出るのを待って入力してください。コードは一度しか使えません。',
    },
  },
  AUTH_PASSWORD_WRONG: {
    status: 422,
    title: { en: 'Password wrong', ja: 'パスワードが違います' },
    detail: {
      en: 'Enter the password you sign in with.',
      ja: 'サインインに使っているパスワードを入力してください。',
    },
  },
  AUTH_PASSWORD_WEAK: {
    status: 422,
    title: { en: 'Password too easy to guess', ja: 'パスワードが推測されやすいものです' },
    detail: {
      en: 'Choose another one: see "errors" for what is wrong with it.',
      ja: '別のパスワードを選んでください。理由は下のとおりです。',
    },
  },
  AUTH_TOO_MANY_ATTEMPTS: {
    status: 429,
    title: { en: 'Too many attempts', ja: '試行回数が多すぎます' },
    detail: {
      en: 'Wait {seconds} s, then try again.',
      ja: '{seconds} 秒待ってから、もう一度お試しください。',
    },
  },
  AUTH_BUSY: {
    status: 503,
    title: { en: 'Too many sign-ins at once', ja: 'サインインが混み合っています' },
    detail: { en: 'Try again in a few seconds.', ja: '数秒後にもう一度お試しください。' },
  },
  AUTH_TWO_FACTOR_REQUIRED: {
    status: 403,
    title: { en: 'Two-factor needed', ja: '二要素認証の設定が必要です' },
    detail: {
      en: 'Your role requires two-factor sign-in. Set it up under Profile, Security, then go on.',
      ja: 'あなたのロールでは二要素認証が必須です。プロフィールの「セキュリティ」で設定してください。',
    },
  },
  AUTH_STEP_UP_REQUIRED: {
    status: 403,
    title: { en: 'Confirm it is you', ja: '本人確認が必要です' },
    detail: {
      en: 'Enter your password or a two-factor code again (POST /api/auth/step-up), then repeat this.',
      ja: 'パスワードか二要素認証のコードをもう一度入力してから（POST /api/auth/step-up）、やり直してください。',
    },
  },
  AUTH_SESSION_ONLY: {
    status: 403,
    title: { en: 'Only in the browser', ja: 'ブラウザーでのみ行えます' },
    detail: {
      en: 'API keys and access tokens may not do this. Sign in in the browser and do it there.',
      ja: 'API キーやアクセストークンではできません。ブラウザーでサインインして行ってください。',
    },
  },
  AUTH_TOKEN_NOT_ENOUGH: {
    status: 403,
    title: { en: 'Access token not enough', ja: 'アクセストークンでは発行できません' },
    detail: {
      en: 'Ask for new tokens with the refresh token, a browser session or an API key.',
      ja: 'リフレッシュトークン、ブラウザーのセッション、API キーのいずれかで取得してください。',
    },
  },
  AUTH_ADMIN_ONLY: {
    status: 403,
    title: { en: 'Administrators only', ja: '管理者のみ行えます' },
    detail: {
      en: 'Only an administrator may grant that role or change an administrator. Ask one.',
      ja: 'そのロールの付与と管理者の変更は管理者だけができます。管理者に依頼してください。',
    },
  },
  AUTH_SETUP_TOKEN_INVALID: {
    status: 410,
    title: { en: 'Setup link not valid', ja: '初期設定リンクが無効です' },
    detail: {
      en: 'It was used or replaced. Take the link that the newest `minato start` printed, or sign in.',
      ja: '使用済みか、置き換えられています。最後の `minato start` が表示したリンクを使うか、サインインしてください。',
    },
  },
  AUTH_INVITATION_INVALID: {
    status: 410,
    title: { en: 'Invitation not valid', ja: '招待が無効です' },
    detail: {
      en: 'It was used, withdrawn or is older than 7 days. Ask for a new invitation.',
      ja: '使用済みか、取り消されたか、7 日を過ぎています。新しい招待を依頼してください。',
    },
  },
  AUTH_LINK_INVALID: {
    status: 410,
    title: { en: 'Link not valid', ja: 'リンクが無効です' },
    detail: {
      en: 'It was used or has expired. Ask for a new one.',
      ja: '使用済みか、期限が切れています。もう一度リンクを請求してください。',
    },
  },
  AUTH_USER_EXISTS: {
    status: 409,
    title: { en: 'Already a member', ja: '登録済みのメールアドレスです' },
    detail: {
      en: 'An account with this e-mail exists. Sign in, or use another address.',
      ja: 'このメールアドレスのアカウントがあります。サインインするか、別のアドレスを使ってください。',
    },
  },
  AUTH_LAST_ADMIN: {
    status: 409,
    title: { en: 'The last administrator', ja: '最後の管理者です' },
    detail: {
      en: 'Make another active administrator first.',
      ja: '先に別の有効な管理者を作ってください。',
    },
  },
  AUTH_TWO_FACTOR_ACTIVE: {
    status: 409,
    title: { en: 'Two-factor is on already', ja: '二要素認証は設定済みです' },
    detail: {
      en: 'Turn it off first if you want to set it up anew.',
      ja: '設定し直すときは、先に無効にしてください。',
    },
  },
  AUTH_TWO_FACTOR_INACTIVE: {
    status: 409,
    title: { en: 'Two-factor is not set up', ja: '二要素認証が設定されていません' },
    detail: {
      en: 'Start with POST /api/auth/two-factor/enable.',
      ja: '先に設定を始めてください（POST /api/auth/two-factor/enable）。',
    },
  },
  AUTH_TWO_FACTOR_MANDATORY: {
    status: 409,
    title: { en: 'Two-factor must stay on', ja: '二要素認証は無効にできません' },
    detail: {
      en: 'Your role requires it. An administrator may reset it if you lost your device.',
      ja: 'あなたのロールでは必須です。端末を失くしたときは管理者にリセットを依頼してください。',
    },
  },
  AUTH_UNKNOWN: {
    status: 404,
    title: { en: 'Not found', ja: '見つかりません' },
    detail: {
      en: 'No such {what}, or it is not yours. Reload the list.',
      ja: '存在しないか、あなたのものではありません（{what}）。一覧を読み込み直してください。',
    },
  },
  AUTH_PERMISSION_UNKNOWN: {
    status: 422,
    title: { en: 'Unknown permission', ja: '未知の権限です' },
    detail: {
      en: 'No app declares "{permission}". See the list of permissions.',
      ja: '「{permission}」を宣言しているアプリはありません。権限の一覧を確認してください。',
    },
  },
  AUTH_SCOPE_REFUSED: {
    status: 422,
    title: { en: 'Scope not allowed', ja: '許可されていないスコープです' },
    detail: {
      en: 'You do not have "{permission}", so a key of yours cannot have it either.',
      ja: 'あなたに「{permission}」の権限がないため、キーにも付けられません。',
    },
  },
  AUTH_SESSION_CHANGED: {
    status: 409,
    title: { en: 'Session changed meanwhile', ja: 'セッションが変わりました' },
    detail: {
      en: 'Another request changed or ended this session. Reload the page and try again.',
      ja: '別の操作でセッションが変わったか終了しました。ページを読み込み直してください。',
    },
  },
})

type Params = Record<string, string | number>

/** RFC 9110, 11.6.1: every 401 names a way to authenticate. */
function withChallenge(code: keyof typeof table, challenge: string) {
  return (params?: Params): MinatoError =>
    table[code](params, { headers: { 'www-authenticate': challenge } })
}

/** The errors of accounts, sessions and permissions. Every 401 carries WWW-Authenticate. */
export const authErrors = Object.freeze({
  ...table,
  AUTH_REQUIRED: withChallenge('AUTH_REQUIRED', SESSION_CHALLENGE),
  AUTH_CREDENTIALS_INVALID: withChallenge('AUTH_CREDENTIALS_INVALID', SESSION_CHALLENGE),
  AUTH_CHALLENGE_EXPIRED: withChallenge('AUTH_CHALLENGE_EXPIRED', SESSION_CHALLENGE),
  AUTH_TWO_FACTOR_FAILED: withChallenge('AUTH_TWO_FACTOR_FAILED', SESSION_CHALLENGE),
  AUTH_TOKEN_INVALID: withChallenge('AUTH_TOKEN_INVALID', TOKEN_CHALLENGE),
  AUTH_TOKEN_EXPIRED: withChallenge('AUTH_TOKEN_EXPIRED', TOKEN_CHALLENGE),
  AUTH_KEY_INVALID: withChallenge('AUTH_KEY_INVALID', TOKEN_CHALLENGE),
  AUTH_REFRESH_INVALID: withChallenge('AUTH_REFRESH_INVALID', TOKEN_CHALLENGE),
  AUTH_TOO_MANY_ATTEMPTS: ({ seconds }: { seconds: number }) =>
    table.AUTH_TOO_MANY_ATTEMPTS({ seconds }, { headers: { 'retry-after': String(seconds) } }),
  AUTH_BUSY: () => table.AUTH_BUSY(undefined, { headers: { 'retry-after': '3' } }),
})
