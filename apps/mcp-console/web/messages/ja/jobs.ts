import type { Translation } from '@minato/web/messages'
import type en from '../en/jobs.ts'

const ja: Translation<typeof en> = {
  title: 'ジョブ',
  steps: '経過',
  state: '状態',
  progress: '進み具合',
  cancel: '取り消す',
  cancelTitle: '「{title}」を取り消しますか',
  cancelDetail: '途中まで作ったものは片付けます。',
  cancelDone: '取り消しました',
  retry: 'もう一度実行',
  attempts: '実行回数',
  started: '受付',
  server: 'サーバーを開く',
  lost: 'ライブ表示が途切れました。自動で再開します。',
}
export default ja
