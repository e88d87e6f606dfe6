import { defineErrors } from '@minato/platform/errors'

export const sessionErrors = defineErrors({
  MCP_CONSOLE_SESSION_ENDED: {
    status: 409,
    title: { en: 'The session has ended', ja: 'セッションは終了しています' },
    detail: {
      en: 'This session is {state} ({reason}). Create a new one.',
      ja: 'このセッションは使えません（{state}: {reason}）。新しく作成してください。',
    },
  },
  MCP_CONSOLE_SESSION_NOT_STARTED: {
    status: 422,
    title: { en: 'The session did not start', ja: 'セッションを開始できません' },
    detail: {
      en: 'The container of "{image}" ended at once with exit code {exitCode}. Check its image and command.',
      ja: '「{image}」のコンテナがすぐに終了しました（終了コード {exitCode}）。イメージとコマンドを確認してください。',
    },
  },
  MCP_CONSOLE_SESSION_REFERENCE_MISPLACED: {
    status: 422,
    title: { en: 'A reference cannot stand there', ja: 'ここには参照を書けません' },
    detail: {
      en: 'References belong into env: a command line is seen by everybody on the machine.',
      ja: '参照は env に書いてください。コマンドラインはマシン上の全員から見えます。',
    },
  },
  MCP_CONSOLE_SESSION_TOOL_FAILED: {
    status: 502,
    title: { en: 'The server did not answer', ja: 'サーバーが応答しません' },
    detail: {
      en: 'The server of this session did not answer as an MCP server does. Run a command, or choose another image.',
      ja: 'このセッションのサーバーが MCP サーバーとして応答しません。コマンドを実行するか、別のイメージを選んでください。',
    },
  },
  MCP_CONSOLE_SESSION_RUN_LOST: {
    status: 503,
    title: { en: 'The run was lost', ja: '実行が途中で失われました' },
    detail: {
      en: 'The process that ran it has died. How far it came is not known; look before you run it again.',
      ja: '実行中のプロセスが停止しました。どこまで進んだかは不明です。確認してから、もう一度実行してください。',
    },
  },
  MCP_CONSOLE_SESSION_LIMIT: {
    status: 409,
    title: { en: 'Too many sessions', ja: 'セッションが多すぎます' },
    detail: {
      en: 'You have {count} sessions; more than {max} at a time are not possible. End one first.',
      ja: 'セッションが {count} 件あります。同時に使えるのは {max} 件までです。先に 1 件終了してください。',
    },
  },
})
