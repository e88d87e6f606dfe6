import type { Translation } from '@minato/web/messages'
import type en from '../en/deploys.ts'

const ja: Translation<typeof en> = {
  deploys: {
    title: 'デプロイ',
    tab: '履歴',
    intro:
      'デプロイは Docker ホストのスタックのフォルダーで実行します。web から Docker は操作できないため、この画面に実行ボタンはありません。',
    command: 'ホストで実行するコマンド',
    empty: 'デプロイはまだありません',
    emptyDetail: '現在のリリースは手動で起動されました。次回からは上のコマンドを使います。',
    one: 'デプロイ',
    release: 'リリース',
    previous: '置き換え前',
    kind: '種類',
    kinds: { deploy: 'デプロイ', rollback: 'ロールバック' },
    states: {
      running: '実行中',
      finished: '稼働開始',
      reverted: '取り消し',
      refused: '拒否',
    },
    by: '実行者',
    migrations: 'マイグレーション',
    steps: '手順',
    step: '手順',
    names: {
      preflight: '事前確認と監査',
      backup: 'バックアップ',
      migrate: 'expand マイグレーション',
      boot: '新リリースの起動',
      smoke: '動作確認',
      switch: 'nginx の切り替え',
      drain: '旧リリースの終了',
      watch: '監視',
      contract: 'contract マイグレーション',
      finish: '完了',
      revert: '元に戻す',
    },
    stepStates: { running: '実行中', done: '完了', failed: '失敗', skipped: '省略' },
    processes: 'プロセス',
    processesIntro:
      'すべてのプロセスと、それぞれのリリースです。2 つのリリースが並んでいるときは、デプロイの実行中か、途中で止まったデプロイがあります。',
    noProcess: 'プロセスからの応答がありません',
    role: '役割',
    roles: { all: 'web とワーカー', web: 'web', worker: 'ワーカー' },
    color: '色',
    colors: { blue: 'blue', green: 'green' },
    alive: '稼働中',
    silent: '応答なし',
    host: 'ホストとプロセス',
  },
}

export default ja
