import { defineErrors } from '@minato/platform/errors'

export const oauthErrors = defineErrors({
  MCP_CONSOLE_OAUTH_UNSUPPORTED: {
    status: 422,
    title: { en: 'Provider not supported', ja: '対応していない認可サーバーです' },
    detail: {
      en: 'The provider at {host} does not say that it supports the authorization code flow with PKCE (S256). Ask its operator.',
      ja: '{host} の認可サーバーは PKCE (S256) の認可コードフローに対応していません。提供元にお問い合わせください。',
    },
  },
  MCP_CONSOLE_OAUTH_NOT_FOUND: {
    status: 422,
    title: { en: 'No provider found', ja: '認可サーバーが見つかりません' },
    detail: {
      en: '{host} does not publish where it is authorized. It may need no authorization: try to connect.',
      ja: '{host} は認可サーバーの情報を公開していません。認可が不要な場合があります。接続をお試しください。',
    },
  },
  MCP_CONSOLE_OAUTH_NO_CLIENT: {
    status: 422,
    title: { en: 'Not registered at the provider', ja: '提供元にクライアントの登録がありません' },
    detail: {
      en: 'The provider does not register clients by itself. Register one there for {redirectUri} and enter its client id.',
      ja: 'この提供元では自動登録ができません。{redirectUri} を戻り先としてクライアントを登録し、クライアント ID を入力してください。',
    },
  },
  MCP_CONSOLE_OAUTH_REDIRECT_REFUSED: {
    status: 422,
    title: { en: 'Redirect address not allowed', ja: '戻り先が許可されていません' },
    detail: {
      en: 'The redirect address must be on the address of this system or on an origin in MCP_CONSOLE_OAUTH_REDIRECT_ORIGINS.',
      ja: '戻り先は、このシステムのアドレスか MCP_CONSOLE_OAUTH_REDIRECT_ORIGINS のオリジンにしてください。',
    },
  },
  MCP_CONSOLE_OAUTH_STATE_INVALID: {
    status: 400,
    title: { en: 'Authorization no longer valid', ja: '認可の手続きが無効です' },
    detail: {
      en: 'This authorization was used, is older than 10 minutes, or was started by somebody else. Start it again.',
      ja: 'この認可は使用済みか、10 分を過ぎたか、別の人が開始したものです。もう一度開始してください。',
    },
  },
  MCP_CONSOLE_OAUTH_DENIED: {
    status: 400,
    title: { en: 'Authorization refused', ja: '認可が拒否されました' },
    detail: {
      en: 'The provider answered "{error}". Start again and agree there.',
      ja: '提供元が「{error}」と応答しました。もう一度開始し、提供元で同意してください。',
    },
  },
  MCP_CONSOLE_OAUTH_REFUSED: {
    status: 400,
    title: { en: 'The provider refused', ja: '提供元に拒否されました' },
    detail: {
      en: 'The provider answered "{error}". Check the client id and start the authorization again.',
      ja: '提供元が「{error}」と応答しました。クライアント ID を確認し、認可をやり直してください。',
    },
  },
  MCP_CONSOLE_OAUTH_BAD_ANSWER: {
    status: 502,
    title: { en: 'Unreadable answer of the provider', ja: '提供元の応答を読み取れません' },
    detail: {
      en: 'The provider at {host} did not answer as OAuth 2.1 asks. Try again; if it stays, ask its operator.',
      ja: '{host} の応答が OAuth 2.1 の形式ではありません。続く場合は提供元にお問い合わせください。',
    },
  },
  MCP_CONSOLE_OAUTH_UNAVAILABLE: {
    status: 502,
    title: { en: 'Provider unavailable', ja: '提供元に接続できません' },
    detail: {
      en: 'The provider at {host} fails at the moment. Try again in a few minutes.',
      ja: '{host} が応答しません。数分待ってから、もう一度お試しください。',
    },
  },
  MCP_CONSOLE_OAUTH_RENEWAL_POSTPONED: {
    status: 502,
    title: { en: 'Token not renewed yet', ja: 'トークンをまだ更新できません' },
    detail: {
      en: 'The provider at {host} fails or is busy, so the token was not renewed. The authorization is kept: try again in a few minutes.',
      ja: '{host} が応答しないか混雑しているため、トークンを更新できませんでした。認可は保持されています。数分待ってから、もう一度お試しください。',
    },
  },
})
