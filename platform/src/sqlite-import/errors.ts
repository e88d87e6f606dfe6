import { defineErrors } from '../errors/index.ts'

export const sqliteErrors = defineErrors({
  SQLITE_IMPORT_UNREADABLE: {
    status: 422,
    title: { en: 'The file cannot be read', ja: 'ファイルを読み込めません' },
    detail: {
      en: '{file} cannot be read as a SQLite database: {problem}',
      ja: '{file} を SQLite データベースとして読み込めません: {problem}',
    },
  },
  SQLITE_IMPORT_BUSY: {
    status: 409,
    title: { en: 'The file is in use', ja: 'ファイルが使用中です' },
    detail: {
      en: 'Another program holds {file} locked. Stop the application that writes to it, or copy it with `sqlite3 FILE ".backup COPY"` and import the copy.',
      ja: '別のプログラムが {file} をロックしています。書き込んでいるアプリケーションを停止するか、`sqlite3 FILE ".backup COPY"` で作った複製を取り込んでください。',
    },
  },
  SQLITE_IMPORT_CHANGED: {
    status: 409,
    title: { en: 'The file changed', ja: 'ファイルが変更されています' },
    detail: {
      en: '{file} was changed while it was read. Stop the application that writes to it, then start again.',
      ja: '読み込み中に {file} が変更されました。書き込んでいるアプリケーションを停止してからやり直してください。',
    },
  },
  SQLITE_IMPORT_MAP_INVALID: {
    status: 422,
    title: { en: 'The map does not fit', ja: 'マップが正しくありません' },
    detail: {
      en: 'The map needs attention:\n{problems}',
      ja: 'マップを直してください:\n{problems}',
    },
  },
  SQLITE_IMPORT_APP_UNKNOWN: {
    status: 404,
    title: { en: 'No such app', ja: 'アプリが見つかりません' },
    detail: {
      en: 'There is no app "{app}". There are: {known}.',
      ja: 'アプリ「{app}」はありません。指定できるもの: {known}',
    },
  },
  SQLITE_IMPORT_RUNNING: {
    status: 409,
    title: { en: 'An import is running', ja: '取り込みが実行中です' },
    detail: {
      en: 'Another import runs on this database. Wait for it to end, then start again.',
      ja: 'このデータベースで別の取り込みが実行中です。終わってからやり直してください。',
    },
  },
  SQLITE_IMPORT_ROW_REFUSED: {
    status: 422,
    title: { en: 'A row was refused', ja: '行が拒否されました' },
    detail: {
      en: '{table}, {row}: {reason}. Nothing of its batch was written; what went before stays. Correct the row or the map, then start again: it goes on from there.',
      ja: '{table}、{row}: {reason}。この行を含むまとまりは書き込まれていません。それ以前の行は残ります。行かマップを直してもう一度実行すると、続きから取り込みます。',
    },
  },
  SQLITE_IMPORT_BEGUN_OTHERWISE: {
    status: 409,
    title: { en: 'Begun with another map', ja: '別のマップで始められています' },
    detail: {
      en: 'The table {table} was partly taken over by another map or from another file, and it has no key by which its rows could be told apart. Go on with that map, or empty the table yourself and start again.',
      ja: '表 {table} は別のマップまたはファイルから途中まで取り込まれており、行を区別するキーがありません。元のマップで続けるか、表を空にしてからやり直してください。',
    },
  },
})
