import type { Translation } from '@minato/web/messages'
import type en from '../en/realtime.ts'

const ja: Translation<typeof en> = {
  connections: {
    title: 'ライブ接続',
    intro: 'すべての web プロセスを合わせた、現在の接続です。画面は必要なときだけ接続します。',
    empty: 'ライブ接続はありません',
    emptyDetail: '実行中の処理や共有のルームを誰かが見ている間、ここに表示されます。',
    more: '{total} 件のうち新しい {shown} 件です。',
    query: '名前、メールアドレス、ルーム',
    who: '利用者',
    app: 'アプリ',
    shell: 'バックグラウンド処理',
    rooms: 'ルーム',
    noRooms: 'なし',
    address: 'IP アドレス',
    since: '接続した時刻',
  },
}

export default ja
