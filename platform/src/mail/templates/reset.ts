import { type LinkData, linkData, linkLetter } from './link-letter.ts'

/** A new password may be chosen by a one-time link. */
export const reset = {
  data: linkData,
  ja: (data: LinkData) =>
    linkLetter('ja', data, {
      subject: 'パスワードの再設定',
      request:
        'パスワードの再設定が申し込まれました。次のボタンから新しいパスワードを設定してください。',
      label: 'パスワードを再設定する',
      until: (time) => `このリンクは ${time} まで、一度だけ使えます。`,
      otherwise: 'お心当たりがない場合は何もする必要はありません。パスワードは変わりません。',
    }),
  en: (data: LinkData) =>
    linkLetter('en', data, {
      subject: 'Reset your password',
      request: 'A new password was asked for. Choose it with the button below.',
      label: 'Reset password',
      until: (time) => `The link works once, until ${time}.`,
      otherwise: 'If you did not ask for this, do nothing: your password stays as it is.',
    }),
}
