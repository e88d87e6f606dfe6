import { defineErrors } from '../errors/index.ts'

export const realtimeErrors = defineErrors({
  REALTIME_ORIGIN_REFUSED: {
    status: 403,
    title: { en: 'Not from here', ja: 'この接続元からは使えません' },
    detail: {
      en: "Live connections are opened from the system's own pages. Add the origin to ALLOWED_ORIGINS if it should be one.",
      ja: 'ライブ接続はこのシステムの画面からのみ開けます。許可する場合は ALLOWED_ORIGINS に追加してください。',
    },
  },
  REALTIME_UPGRADE_REQUIRED: {
    status: 426,
    title: { en: 'WebSocket only', ja: 'WebSocket が必要です' },
    detail: {
      en: 'Open this address as a WebSocket, or set REALTIME_LONG_POLLING where polling must work.',
      ja: 'WebSocket で接続してください。ポーリングが必要な環境では REALTIME_LONG_POLLING を設定します。',
    },
  },
  REALTIME_TOO_MANY: {
    status: 429,
    title: { en: 'Too many live connections', ja: 'ライブ接続が多すぎます' },
    detail: {
      en: 'Close a few of your open pages, then try again.',
      ja: '開いているページをいくつか閉じてから、もう一度お試しください。',
    },
  },
  REALTIME_ROOM_UNKNOWN: {
    status: 404,
    title: { en: 'No such room', ja: 'ルームがありません' },
    detail: {
      en: 'It does not exist, or it is not open to you. Check its name.',
      ja: '存在しないか、あなたには公開されていません。名前を確認してください。',
    },
  },
  REALTIME_EVENT_UNKNOWN: {
    status: 404,
    title: { en: 'No such event', ja: 'イベントがありません' },
    detail: {
      en: 'This app takes no event of that name. Check its name.',
      ja: 'この名前のイベントは受け付けていません。名前を確認してください。',
    },
  },
})
