import { defineErrors } from '@minato/platform/errors'

export const remoteErrors = defineErrors({
  MCP_CONSOLE_REMOTE_HOST_NOT_ALLOWED: {
    status: 422,
    title: { en: 'Host not allowed', ja: '許可されていないホストです' },
    detail: {
      en: '{host} is not on the list of remote hosts. Ask an administrator to add it.',
      ja: '{host} は接続先の許可リストにありません。管理者に追加を依頼してください。',
    },
  },
  MCP_CONSOLE_REMOTE_HOST_INVALID: {
    status: 422,
    title: { en: 'Not a host', ja: 'ホストの書き方が正しくありません' },
    detail: {
      en: 'Write mcp.example.com, *.example.com or mcp.example.com:8443. IPv6 addresses and *.com are not taken.',
      ja: 'mcp.example.com、*.example.com、mcp.example.com:8443 のように書いてください。IPv6 アドレスや *.com は使えません。',
    },
  },
  MCP_CONSOLE_REMOTE_HOST_FIXED: {
    status: 409,
    title: { en: 'Set by the configuration', ja: '設定で指定されたホストです' },
    detail: {
      en: 'This host comes from MCP_CONSOLE_REMOTE_HOSTS. Remove it there.',
      ja: 'このホストは MCP_CONSOLE_REMOTE_HOSTS で指定されています。設定から削除してください。',
    },
  },
  MCP_CONSOLE_REMOTE_NAME_TAKEN: {
    status: 409,
    title: { en: 'Name already used', ja: '名前が重複しています' },
    detail: {
      en: 'You already have a remote server of this name. Choose another one.',
      ja: '同じ名前のリモートサーバーがあります。別の名前にしてください。',
    },
  },
  MCP_CONSOLE_REMOTE_NO_ADDRESS: {
    status: 422,
    title: { en: 'Not a remote server', ja: 'リモートサーバーではありません' },
    detail: {
      en: 'This catalog item has no address of its own; install it as a container instead.',
      ja: 'このカタログ項目には接続先がありません。コンテナとして導入してください。',
    },
  },
  MCP_CONSOLE_REMOTE_DISABLED: {
    status: 409,
    title: { en: 'Remote server disabled', ja: 'リモートサーバーは無効です' },
    detail: {
      en: 'Enable "{name}", then try again.',
      ja: '「{name}」を有効にしてから、もう一度お試しください。',
    },
  },
  MCP_CONSOLE_REMOTE_AUTHORIZATION_REQUIRED: {
    status: 409,
    title: { en: 'Authorization needed', ja: '認可が必要です' },
    detail: {
      en: '"{name}" asks for authorization. Start it, agree at the provider, then connect again.',
      ja: '「{name}」には認可が必要です。認可を開始して提供元で同意し、もう一度接続してください。',
    },
  },
  MCP_CONSOLE_REMOTE_KEY_REFUSED: {
    status: 409,
    title: { en: 'Key refused', ja: 'キーが拒否されました' },
    detail: {
      en: '"{name}" does not take the value of {headers}. Check the item in the vault and connect again.',
      ja: '「{name}」がヘッダー {headers} の値を受け付けません。保管庫の項目を確認して、もう一度接続してください。',
    },
  },
  MCP_CONSOLE_REMOTE_URL_REFUSED: {
    status: 422,
    title: { en: 'Address refused', ja: '使えないアドレスです' },
    detail: {
      en: 'Enter the public https address of an MCP server, such as https://mcp.example.com/mcp.',
      ja: 'https://mcp.example.com/mcp のような、公開されている MCP サーバーのアドレスを入力してください。',
    },
  },
  MCP_CONSOLE_REMOTE_INSECURE: {
    status: 422,
    title: { en: 'Not encrypted', ja: '暗号化されていない接続です' },
    detail: {
      en: '{host} is reached by http. Credentials are sent over https only: change the address.',
      ja: '{host} への接続が http です。認証情報は https でのみ送信します。アドレスを変更してください。',
    },
  },
  MCP_CONSOLE_REMOTE_FAILED: {
    status: 502,
    title: { en: 'The remote server failed', ja: 'リモートサーバーで問題が発生しました' },
    detail: {
      en: '"{name}" did not answer as an MCP server does. Check its address, then try again.',
      ja: '「{name}」が MCP サーバーとして応答しません。アドレスを確認して、もう一度お試しください。',
    },
  },
  MCP_CONSOLE_REMOTE_TIMEOUT: {
    status: 504,
    title: { en: 'The remote server is too slow', ja: 'リモートサーバーの応答がありません' },
    detail: {
      en: '"{name}" did not answer within {seconds} s. Try again later.',
      ja: '「{name}」が {seconds} 秒以内に応答しませんでした。時間をおいてお試しください。',
    },
  },
})
