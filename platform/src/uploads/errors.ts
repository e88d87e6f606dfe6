import { defineErrors } from '../errors/index.ts'

export const uploadsErrors = defineErrors({
  UPLOAD_NOT_MULTIPART: {
    status: 415,
    title: { en: 'Not a form upload', ja: 'アップロードの形式ではありません' },
    detail: {
      en: 'Send the files as multipart/form-data.',
      ja: 'ファイルは multipart/form-data で送ってください。',
    },
  },
  UPLOAD_MALFORMED: {
    status: 400,
    title: { en: 'Upload not readable', ja: 'アップロードを読み取れません' },
    detail: {
      en: 'The form ended early or is not valid multipart/form-data. Send it again.',
      ja: '送信データが途中で切れているか、形式が正しくありません。もう一度送ってください。',
    },
  },
  UPLOAD_EMPTY: {
    status: 400,
    title: { en: 'Empty file', ja: 'ファイルが空です' },
    detail: {
      en: '"{name}" has no content. Choose a file that is not empty.',
      ja: '「{name}」は空です。中身のあるファイルを選んでください。',
    },
  },
  UPLOAD_MISSING: {
    status: 400,
    title: { en: 'No file', ja: 'ファイルがありません' },
    detail: {
      en: 'The form holds no file. Choose one and send it again.',
      ja: 'ファイルが含まれていません。ファイルを選んで、もう一度送ってください。',
    },
  },
  UPLOAD_TOO_LARGE: {
    status: 413,
    title: { en: 'File too large', ja: 'ファイルが大きすぎます' },
    detail: {
      en: '"{name}" is larger than {limit}. Send a smaller file.',
      ja: '「{name}」は上限の {limit} を超えています。小さくして送ってください。',
    },
  },
  UPLOAD_BODY_TOO_LARGE: {
    status: 413,
    title: { en: 'Upload too large', ja: 'アップロードが大きすぎます' },
    detail: {
      en: 'The upload is larger than {limit} in all. Send fewer or smaller files.',
      ja: '送信データの合計が上限の {limit} を超えています。ファイルを減らすか小さくしてください。',
    },
  },
  UPLOAD_TOO_MANY: {
    status: 413,
    title: { en: 'Too many files', ja: 'ファイルが多すぎます' },
    detail: {
      en: 'At most {maxFiles} file(s) at a time; "{name}" is one too many.',
      ja: '一度に送れるのは {maxFiles} 件までです。「{name}」が上限を超えました。',
    },
  },
  UPLOAD_TYPE_REFUSED: {
    status: 415,
    title: { en: 'File type not accepted', ja: 'この種類のファイルは受け付けていません' },
    detail: {
      en: '"{name}" is {found}. Accepted: {accepted}.',
      ja: '「{name}」の種類は {found} です。受け付ける種類: {accepted}。',
    },
  },
  UPLOAD_ENCRYPTED: {
    status: 422,
    title: { en: 'File is protected by a password', ja: 'パスワードで保護されています' },
    detail: {
      en: '"{name}" cannot be opened without its password. Remove the password and send it again.',
      ja: '「{name}」はパスワードがないと開けません。パスワードを外して送ってください。',
    },
  },
  UPLOAD_DAMAGED: {
    status: 422,
    title: { en: 'File is damaged', ja: 'ファイルが壊れています' },
    detail: {
      en: '"{name}" is cut short or damaged ({reason}). Save it again in its program and send the new copy.',
      ja: '「{name}」は途中で切れているか壊れています（{reason}）。作成したソフトで保存し直して送ってください。',
    },
  },
  UPLOAD_IMAGE_TOO_LARGE: {
    status: 413,
    title: { en: 'Image has too many pixels', ja: '画像の画素数が多すぎます' },
    detail: {
      en: '"{name}" has more than {maxPixels} million pixels in all. Scale it down and send it again.',
      ja: '「{name}」の画素数は合計 {maxPixels} 百万画素を超えています。縮小して送ってください。',
    },
  },
  UPLOAD_EXPANDS_TOO_MUCH: {
    status: 413,
    title: { en: 'Document unpacks too large', ja: '展開後のサイズが大きすぎます' },
    detail: {
      en: '"{name}" would unpack to more than {limit}. Split it into smaller documents.',
      ja: '「{name}」は展開すると {limit} を超えます。文書を分けて送ってください。',
    },
  },
  UPLOAD_INFECTED: {
    status: 422,
    title: { en: 'Malware found', ja: 'マルウェアが見つかりました' },
    detail: {
      en: 'The virus scanner found "{signature}" in "{name}". It was not stored. Check the computer it came from.',
      ja: '「{name}」から「{signature}」が検出されたため、保存しませんでした。送信元の端末を確認してください。',
    },
  },
  UPLOAD_SCAN_UNAVAILABLE: {
    status: 503,
    title: { en: 'Virus scanner unavailable', ja: 'ウイルス検査ができません' },
    detail: {
      en: 'The virus scanner does not answer, so nothing was stored. Try again in a few minutes.',
      ja: 'ウイルス検査が応答しないため、保存しませんでした。数分後にもう一度お試しください。',
    },
  },
  UPLOAD_FIELD_TOO_LARGE: {
    status: 413,
    title: { en: 'Form field too long', ja: 'フォームの項目が長すぎます' },
    detail: {
      en: 'The field "{field}" is longer than {maxBytes} bytes. Shorten it.',
      ja: '項目「{field}」が {maxBytes} バイトを超えています。短くしてください。',
    },
  },
  UPLOAD_FIELD_UNKNOWN: {
    status: 400,
    title: { en: 'Unknown form field', ja: '不明なフォーム項目です' },
    detail: {
      en: 'This form takes no field "{field}". Remove it.',
      ja: '項目「{field}」は受け付けていません。取り除いてください。',
    },
  },
})
