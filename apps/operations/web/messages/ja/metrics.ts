import type { Translation } from '@minato/web/messages'
import type en from '../en/metrics.ts'

const ja: Translation<typeof en> = {
  metrics: {
    title: 'メトリクス',
    intro:
      'すべてのプロセスを合わせた推移です。Prometheus と Grafana を動かすと、さらに詳しく見られます。',
    empty: 'まだ記録がありません',
    emptyDetail: '各プロセスが 1 分ごとに記録します。1 分ほどでここに表示されます。',
    requests: { question: '1 秒あたり何件のリクエストがあるか', value: '平均' },
    errors: { question: '失敗・拒否したリクエストは何件か', value: 'サーバーエラー' },
    p95: { question: '95% は何ミリ秒以内に応答したか', value: '最も遅いとき' },
    delay: { question: 'イベントループはどれだけ遅れたか', value: '最も遅いとき' },
    memory: { question: '最大のプロセスのメモリー使用量', value: '現在' },
    people: { question: '何人が利用しているか', value: '現在' },
    connections: { question: 'ライブ接続は何本あるか', value: '現在' },
    jobs: { question: '何件のジョブが終わったか', value: 'この期間' },
    tokens: { question: 'モデルは何トークン使ったか', value: 'この期間' },
    cost: { question: 'モデルの費用はいくらか', value: 'この期間' },
    parts: {
      answered: '応答',
      refused: '拒否（401・403・429）',
      failed: '失敗（5xx）',
      p95: '95%',
      delay: '遅れ',
      memory: 'メモリー',
      people: '利用者',
      connections: '接続',
      jobsSucceeded: '完了',
      jobsFailed: '失敗',
      tokens: 'トークン',
      cost: '費用',
    },
  },
}

export default ja
