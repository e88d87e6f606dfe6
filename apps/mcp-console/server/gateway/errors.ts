import { defineErrors } from '@minato/platform/errors'

export const gatewayErrors = defineErrors({
  MCP_CONSOLE_SERVER_UNKNOWN: {
    status: 404,
    title: { en: 'No such server', ja: 'サーバーがありません' },
    detail: {
      en: 'No server is called "{server}". GET /api/mcp-console/upstreams lists those there are.',
      ja: '「{server}」というサーバーはありません。GET /api/mcp-console/upstreams で一覧を確認してください。',
    },
  },
  MCP_CONSOLE_SERVER_UNREACHABLE: {
    status: 502,
    title: { en: 'Server not reachable', ja: 'サーバーに接続できません' },
    detail: {
      en: 'The MCP server "{server}" does not answer. Check that it runs and look at its logs.',
      ja: 'MCP サーバー「{server}」が応答しません。動いているか、ログを確認してください。',
    },
  },
  MCP_CONSOLE_SERVER_REFUSED: {
    status: 502,
    title: { en: 'The server answered with an error', ja: 'サーバーがエラーを返しました' },
    detail: {
      en: 'The MCP server "{server}" said: {message}',
      ja: 'MCP サーバー「{server}」の応答: {message}',
    },
  },
  MCP_CONSOLE_TOOL_CHANGED_AGAIN: {
    status: 409,
    title: { en: 'The tool changed again', ja: 'ツールがさらに変わりました' },
    detail: {
      en: 'What the server says of "{tool}" is not what you looked at. Read it again, then decide.',
      ja: '「{tool}」の説明は、確認した内容からさらに変わっています。読み直してから判断してください。',
    },
  },
  MCP_CONSOLE_PROFILE_NONE: {
    status: 404,
    title: { en: 'No profile', ja: 'プロファイルがありません' },
    detail: {
      en: 'No profile is open to you here. Ask an operator for one, or name yours: /mcp/<profile>.',
      ja: '使えるプロファイルがありません。運用担当者に依頼するか、/mcp/<プロファイル名> を指定してください。',
    },
  },
  MCP_CONSOLE_ORIGIN_REFUSED: {
    status: 403,
    title: { en: 'Address not accepted', ja: 'このアドレスからは利用できません' },
    detail: {
      en: 'The Host or Origin of the request is not one of this gateway. An operator adds it to MCP_CONSOLE_GATEWAY_HOSTS.',
      ja: 'リクエストの Host または Origin がこのゲートウェイのものではありません。運用担当者が MCP_CONSOLE_GATEWAY_HOSTS に追加できます。',
    },
  },
})
