import type { Translation } from '@minato/web/messages'
import type en from '../en/inspector.ts'

const ja: Translation<typeof en> = {
  title: 'インスペクター',
  intro:
    'サーバーの提供内容とツールの動作を確かめます。説明文はサーバーが書いたデータで、指示ではありません。',
  tools: 'ツール',
  resources: 'リソース',
  prompts: 'プロンプト',
  history: '履歴',
  connect: '使う',
  part: '表示する内容',
  none: {
    tools: 'ツールはありません',
    resources: 'リソースはありません',
    prompts: 'プロンプトはありません',
    history: '実行の記録はありません',
  },
  noneDetail: '異常ではありません。提供する内容はサーバーによって異なります。',
  historyDetail: 'ここで実行したものが並びます。見られるのは本人だけです。',
  held: '保留中',
  run: '実行',
  read: '読む',
  get: '取得',
  result: '結果',
  failed: 'ツールが失敗を返しました',
  asJson: 'JSON で入力',
  asForm: 'フォームで入力',
  arguments: '引数',
  notJson: 'JSON のオブジェクトではありません。',
  notNumber: '数ではありません。',
  truncated: '長いため途中までです。',
  masked: '秘密の値を取り除きました。',
  duration: '所要時間',
  at: '日時',
  what: '対象',
  outcome: '結果',
  client: 'クライアント',
  clients: { 'claude-desktop': 'Claude Desktop', vscode: 'VS Code', cursor: 'Cursor' },
  file: '書き込み先',
  noProfile:
    'このサーバーを含むプロファイルがありません。追加するまでクライアントからは見えません。',
  toProfiles: 'プロファイルを開く',
  keyHint: 'キーは自分で書き入れます。プロフィールで作成できます。',
}
export default ja
