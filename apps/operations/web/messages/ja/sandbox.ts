import type { Translation } from '@minato/web/messages'
import type en from '../en/sandbox.ts'

const ja: Translation<typeof en> = {
  sandbox: {
    title: 'サンドボックス',
    intro: '外部サービスの代役です。わざと失敗させて、システムの動きを確かめられます。',
    none: 'サンドボックスは動いていません',
    noneDetail:
      'このサーバーは実際のサービスにつながっています。手元の環境では、接続先を設定していないサービスの代役としてサンドボックスが動きます。',
    count: '何回のリクエストに効かせるか',
    countHelp: 'この回数を過ぎると、通常の動作に戻ります。',
    countNone: '変更するまで',
    active: '適用中',
    remaining: ({ count }) => `残り ${count} 回`,
    set: '{service}: {scenario}',
    reset: 'すべて初期化',
    resetTitle: 'サンドボックス全体を初期化しますか？',
    resetDetail:
      'サンドボックスのメール、ファイル、リクエストの記録をすべて削除し、通常の動作に戻します。',
    resetDone: 'サンドボックスを初期化しました',
    requests: '届いたリクエスト',
    noRequests: 'リクエストはまだありません。',
    service: 'サービス',
    request: 'リクエスト',
    scenario: 'シナリオ',
    status: '応答',
    outcome: '結果',
    running: '処理中',
    completed: '完了',
    failed: '失敗',
    aborted: '切断',
  },
}

export default ja
