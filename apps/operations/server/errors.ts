import { defineErrors } from '@minato/platform/errors'

export const operationsErrors = defineErrors({
  OPERATIONS_NO_SANDBOX: {
    status: 404,
    title: { en: 'No sandbox here', ja: 'サンドボックスは動いていません' },
    detail: {
      en: 'This server uses real services. A sandbox runs where `minato start` found none configured.',
      ja: 'このサーバーは実際のサービスにつながっています。サンドボックスは、接続先を設定していない環境で `minato start` したときに動きます。',
    },
  },
  OPERATIONS_SANDBOX_AWAY: {
    status: 503,
    title: { en: 'The sandbox does not answer', ja: 'サンドボックスが応答しません' },
    detail: {
      en: 'Try again in a moment; if it stays, restart the server and look at its log.',
      ja: '少し待ってからお試しください。続く場合はサーバーを再起動し、ログを確認してください。',
    },
  },
  OPERATIONS_MAIL_GONE: {
    status: 404,
    title: { en: 'No such mail', ja: 'このメールはありません' },
    detail: {
      en: 'The sandbox keeps the last 500 mails. Reload the mailbox.',
      ja: 'サンドボックスに残るのは最新の 500 通です。受信箱を読み込み直してください。',
    },
  },
  OPERATIONS_SCENARIO_UNKNOWN: {
    status: 422,
    title: { en: 'No such scenario', ja: 'そのシナリオはありません' },
    detail: {
      en: 'Choose a service and scenario that GET /api/operations/sandbox lists: {known}.',
      ja: '一覧にあるものから選んでください: {known}',
    },
  },
  OPERATIONS_SCENARIO_REFUSED: {
    status: 422,
    title: { en: 'The sandbox refused this', ja: 'サンドボックスが受け付けませんでした' },
    detail: {
      en: 'Check the options of the scenario. The sandbox says: {reason}',
      ja: 'シナリオの設定を確認してください。サンドボックスの回答: {reason}',
    },
  },
  OPERATIONS_RANGE_WRONG: {
    status: 422,
    title: { en: 'Period not valid', ja: '期間が正しくありません' },
    detail: {
      en: '"from" must lie before "to", at most {days} days apart.',
      ja: '開始は終了より前に、期間は {days} 日以内にしてください。',
    },
  },
  OPERATIONS_SUPPRESSION_UNKNOWN: {
    status: 404,
    title: { en: 'Not on the list', ja: '送信停止の一覧にありません' },
    detail: {
      en: 'Mail to {address} is not stopped. Reload the list.',
      ja: '{address} への送信は停止していません。一覧を読み込み直してください。',
    },
  },
  OPERATIONS_ERROR_UNKNOWN: {
    status: 404,
    title: { en: 'No such error', ja: 'このエラーはありません' },
    detail: {
      en: 'It may have been cleaned up. Reload the list.',
      ja: '整理された可能性があります。一覧を読み込み直してください。',
    },
  },
})
