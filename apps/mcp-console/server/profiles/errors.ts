import { defineErrors } from '@minato/platform/errors'

export const profileErrors = defineErrors({
  MCP_CONSOLE_PROFILE_NAME_TAKEN: {
    status: 409,
    title: { en: 'Name taken', ja: '使用中の名前です' },
    detail: {
      en: 'Another profile is called "{name}". Choose another name.',
      ja: '「{name}」という名前のプロファイルがすでにあります。別の名前を指定してください。',
    },
  },
  MCP_CONSOLE_PROFILE_PREFIXES: {
    status: 422,
    title: { en: 'Prefixes collide', ja: '接頭辞が重なっています' },
    detail: {
      en: 'Give each server a prefix of its own. Only a profile with one server may leave it empty.',
      ja: 'サーバーごとに異なる接頭辞を指定してください。空にできるのはサーバーが 1 つのプロファイルだけです。',
    },
  },
  MCP_CONSOLE_PROFILE_SERVER_UNKNOWN: {
    status: 422,
    title: { en: 'No such server', ja: 'サーバーがありません' },
    detail: {
      en: 'No server is called "{server}". GET /api/mcp-console/upstreams lists those there are.',
      ja: '「{server}」というサーバーはありません。GET /api/mcp-console/upstreams で一覧を確認してください。',
    },
  },
})
