import { defineErrors } from '@minato/platform/errors'

export const inspectorErrors = defineErrors({
  MCP_CONSOLE_SERVER_AMBIGUOUS: {
    status: 404,
    title: { en: 'No such server', ja: 'サーバーがありません' },
    detail: {
      en: 'Give the id of a container or remote server, or a reference such as "config:search".',
      ja: 'コンテナーかリモートサーバーの ID、または「config:search」のような参照を指定してください。',
    },
  },
  MCP_CONSOLE_TOOL_UNKNOWN: {
    status: 404,
    title: { en: 'No such tool', ja: 'ツールがありません' },
    detail: {
      en: 'The server has no tool "{name}". Read its list again.',
      ja: 'このサーバーに「{name}」というツールはありません。一覧を読み直してください。',
    },
  },
})
