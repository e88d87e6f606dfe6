import { defineErrors } from '../errors/index.ts'

export const filesErrors = defineErrors({
  FILES_NOT_FOUND: {
    status: 404,
    title: { en: 'File not found', ja: 'ファイルが見つかりません' },
    detail: {
      en: 'The file does not exist or was deleted. Reload the page and choose another one.',
      ja: 'ファイルは存在しないか、削除されています。ページを再読み込みして選び直してください。',
    },
  },
  FILES_KEY_INVALID: {
    status: 400,
    title: { en: 'File key not accepted', ja: 'ファイルのキーが正しくありません' },
    detail: {
      en: 'A key has 1 to 512 characters in segments parted by "/", none of them empty, "." or "..", without control characters.',
      ja: 'キーは 1〜512 文字で、「/」で区切り、空・「.」・「..」の区間や制御文字を含められません。',
    },
  },
  FILES_TOO_LARGE: {
    status: 413,
    title: { en: 'File too large', ja: 'ファイルが大きすぎます' },
    detail: {
      en: 'The file is larger than {maxBytes} bytes. Send a smaller one.',
      ja: 'ファイルが上限（{maxBytes} バイト）を超えています。小さくして送ってください。',
    },
  },
  FILES_STORAGE_FULL: {
    status: 507,
    title: { en: 'Storage full', ja: '保存先の容量が不足しています' },
    detail: {
      en: 'The file was not stored: no space is left. Tell an operator to free or add storage, then send it again.',
      ja: '空き容量がないためファイルを保存できませんでした。運用担当者に容量の確保を依頼してから、もう一度送ってください。',
    },
  },
  FILES_UNAVAILABLE: {
    status: 503,
    title: { en: 'File storage unavailable', ja: 'ファイルの保存先に接続できません' },
    detail: {
      en: 'The file storage does not answer ({reason}). Nothing was changed; try again in a moment.',
      ja: 'ファイルの保存先が応答しません（{reason}）。変更は行われていません。少し待ってからお試しください。',
    },
  },
  FILES_CORRUPT: {
    status: 500,
    title: { en: 'Stored file is damaged', ja: '保存されたファイルが壊れています' },
    detail: {
      en: 'The stored content does not match its checksum. Restore "{key}" from a backup.',
      ja: '保存内容がチェックサムと一致しません。「{key}」をバックアップから復元してください。',
    },
  },
  FILES_RANGE_INVALID: {
    status: 416,
    title: { en: 'Range not satisfiable', ja: '指定された範囲を返せません' },
    detail: {
      en: 'The file has {size} bytes. Ask for a range inside it.',
      ja: 'ファイルは {size} バイトです。その範囲内を指定してください。',
    },
  },
  FILES_LINK_INVALID: {
    status: 403,
    title: { en: 'Link not valid', ja: 'リンクが無効です' },
    detail: {
      en: 'The link has expired or was altered. Open the page it came from and use a new one.',
      ja: 'リンクの期限が切れているか、書き換えられています。元のページを開き、新しいリンクを使ってください。',
    },
  },
})
