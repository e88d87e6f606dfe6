import { defineErrors } from '../errors/index.ts'

export const httpErrors = defineErrors({
  HTTP_CROSS_SITE: {
    status: 403,
    title: { en: 'Request from another site', ja: '別サイトからのリクエストです' },
    detail: {
      en: 'The request came from another site and was refused. Open the page of this system and act there.',
      ja: '別のサイトから送られたため拒否しました。このシステムの画面から操作してください。',
    },
  },
  HTTP_CSRF_TOKEN_MISSING: {
    status: 403,
    title: { en: 'Proof of origin missing', ja: '送信元を確認できません' },
    detail: {
      en: 'Send Origin or Sec-Fetch-Site, or the x-csrf-token from GET /api/auth/session.',
      ja: 'Origin か Sec-Fetch-Site、または GET /api/auth/session の csrfToken を x-csrf-token で送ってください。',
    },
  },
  HTTP_ADDRESS_REFUSED: {
    status: 403,
    title: { en: 'Address refused', ja: '接続元が許可されていません' },
    detail: {
      en: 'Your network address may not use this system. Ask an administrator to allow it.',
      ja: 'お使いのネットワークからは利用できません。管理者に許可を依頼してください。',
    },
  },
  HTTP_REQUEST_TIMEOUT: {
    status: 408,
    title: { en: 'Request too slow', ja: '送信に時間がかかりすぎました' },
    detail: {
      en: 'The request did not arrive in time. Send it again over a better connection.',
      ja: '時間内に受け取れませんでした。接続を確認して、もう一度送ってください。',
    },
  },
  HTTP_HEADERS_TOO_LARGE: {
    status: 431,
    title: { en: 'Headers too large', ja: 'ヘッダーが大きすぎます' },
    detail: {
      en: 'Send fewer or shorter headers; delete the cookies of this site if they have piled up.',
      ja: 'ヘッダーを減らしてください。Cookie がたまっている場合は、このサイトの Cookie を削除してください。',
    },
  },
  HTTP_METRICS_TOKEN_REQUIRED: {
    status: 401,
    title: { en: 'Metrics need a token', ja: 'メトリクスにはトークンが必要です' },
    detail: {
      en: 'Set METRICS_TOKEN and send it as a bearer token, or use METRICS_PORT.',
      ja: 'METRICS_TOKEN を設定し、Bearer トークンとして送るか、METRICS_PORT を使ってください。',
    },
  },
})
