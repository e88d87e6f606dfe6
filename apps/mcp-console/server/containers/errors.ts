import { defineErrors } from '@minato/platform/errors'

export const containerErrors = defineErrors({
  MCP_CONSOLE_DOCKER_UNAVAILABLE: {
    status: 503,
    title: { en: 'Docker is away', ja: 'Docker に接続できません' },
    detail: {
      en: 'No Docker engine answers at {place}. {mend} Nothing was changed.',
      ja: '{place} の Docker エンジンが応答しません。{mend} 変更は行われていません。',
    },
  },
  MCP_CONSOLE_DOCKER_REFUSED: {
    status: 502,
    title: { en: 'Docker refused', ja: 'Docker が処理を拒否しました' },
    detail: {
      en: 'The Docker engine answered: {message}',
      ja: 'Docker エンジンの応答: {message}',
    },
  },
  MCP_CONSOLE_CONTAINER_NAME_TAKEN: {
    status: 409,
    title: { en: 'Name already taken', ja: '名前が使われています' },
    detail: {
      en: 'A container named "{name}" exists ({state}). Choose another name, or delete that one first.',
      ja: '「{name}」というコンテナがすでにあります（{state}）。別の名前にするか、先にそれを削除してください。',
    },
  },
  MCP_CONSOLE_CONTAINER_NOT_RUNNING: {
    status: 409,
    title: { en: 'Server is not running', ja: 'サーバーが動いていません' },
    detail: {
      en: '"{name}" is {state}. Start it, then try again.',
      ja: '「{name}」は動いていません（{state}）。起動してから、もう一度お試しください。',
    },
  },
  MCP_CONSOLE_CONTAINER_GONE: {
    status: 409,
    title: { en: 'Container is gone', ja: 'コンテナがありません' },
    detail: {
      en: 'Docker no longer has the container of "{name}". Recreate it from its configuration, or delete it.',
      ja: '「{name}」のコンテナは Docker にありません。設定から作り直すか、削除してください。',
    },
  },
  MCP_CONSOLE_CONTAINER_BUSY: {
    status: 409,
    title: { en: 'Another change is running', ja: '別の変更を実行中です' },
    detail: {
      en: '"{name}" is being {state}. Wait until that has ended, then try again.',
      ja: '「{name}」は処理中です（{state}）。終わってから、もう一度お試しください。',
    },
  },
  MCP_CONSOLE_IMAGE_NOT_FOUND: {
    status: 422,
    title: { en: 'No such image', ja: 'イメージがありません' },
    detail: {
      en: 'The image "{image}" is neither on this machine nor in its registry, or it is private. Check its name.',
      ja: 'イメージ「{image}」はこのマシンにもレジストリにもないか、非公開です。名前を確認してください。',
    },
  },
  MCP_CONSOLE_IMAGE_PULL_FAILED: {
    status: 502,
    title: { en: 'Image could not be fetched', ja: 'イメージを取得できません' },
    detail: {
      en: 'Fetching "{image}" failed: {message} Try again, or choose another image.',
      ja: '「{image}」の取得に失敗しました: {message} もう一度試すか、別のイメージにしてください。',
    },
  },
  MCP_CONSOLE_CONTAINER_UNHEALTHY: {
    status: 422,
    title: { en: 'The server did not come up', ja: 'サーバーが起動しませんでした' },
    detail: {
      en: '{reason} Its last lines are in the timeline. Correct the configuration and install it again.',
      ja: '{reason} 最後の出力は経過の欄にあります。設定を直して、もう一度導入してください。',
    },
  },
  MCP_CONSOLE_REFERENCE_MISPLACED: {
    status: 422,
    title: { en: 'A reference cannot stand there', ja: 'ここには参照を書けません' },
    detail: {
      en: 'Move the references listed in "errors" into env.',
      ja: '「errors」に示した参照を env に移してください。',
    },
  },
  MCP_CONSOLE_VOLUME_TAKEN: {
    status: 422,
    title: { en: 'Volume belongs to something else', ja: '別のものが使うボリュームです' },
    detail: {
      en: 'The volume "{source}" was not made by this console. Choose another name.',
      ja: 'ボリューム「{source}」はこのコンソールが作ったものではありません。別の名前にしてください。',
    },
  },
  MCP_CONSOLE_PORT_TAKEN: {
    status: 409,
    title: { en: 'Port already in use', ja: 'ポートが使われています' },
    detail: {
      en: 'Docker could not publish a port of "{name}": something else listens there. Choose another, or leave it out.',
      ja: '「{name}」のポートを公開できません。ほかで使われています。別の番号にするか、省いてください。',
    },
  },
  MCP_CONSOLE_VOLUME_NOT_ALLOWED: {
    status: 422,
    title: { en: 'Folder not allowed', ja: '許可されていないフォルダーです' },
    detail: {
      en: '"{source}" is not under a folder that MCP_CONSOLE_VOLUMES lists. Use a named volume, or ask an administrator.',
      ja: '「{source}」は MCP_CONSOLE_VOLUMES で許可されていません。名前付きボリュームを使うか、管理者に依頼してください。',
    },
  },
  MCP_CONSOLE_INSTALL_CANCELLED: {
    status: 409,
    title: { en: 'Cancelled', ja: '取り消されました' },
    detail: {
      en: 'The work was cancelled; what was half made has been removed.',
      ja: '取り消しました。途中まで作られたものは削除しました。',
    },
  },
  MCP_CONSOLE_SECRET_FILE_FAILED: {
    status: 422,
    title: { en: 'Secrets cannot be handed over as files', ja: '秘密をファイルで渡せません' },
    detail: {
      en: '{reason} Choose delivery by environment, or correct that.',
      ja: '{reason} 環境変数での受け渡しを選ぶか、設定を直してください。',
    },
  },
})
