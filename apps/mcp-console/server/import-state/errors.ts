import { defineErrors } from '@minato/platform/errors'

export const importErrors = defineErrors({
  MCP_CONSOLE_STATE_UNREADABLE: {
    status: 422,
    title: {
      en: 'Not the state of the old console',
      ja: '旧コンソールの状態ファイルではありません',
    },
    detail: {
      en: 'The file could not be read as the state.db of the old console ({problem}). Name the right file; copy it while the old console is stopped.',
      ja: '旧コンソールの state.db として読み取れません({problem})。正しいファイルを指定してください。コピーは旧コンソールの停止中に行ってください。',
    },
  },
  MCP_CONSOLE_STATE_OWNER_MISSING: {
    status: 422,
    title: { en: 'An owner is needed', ja: '所有者が必要です' },
    detail: {
      en: 'Remote servers belong to somebody here. Name the person with --owner.',
      ja: 'リモートサーバーには所有者が必要です。--owner で利用者を指定してください。',
    },
  },
})
