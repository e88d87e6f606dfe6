import { type LinkData, linkData, linkLetter } from './link-letter.ts'

/** Proves that the address belongs to the person. */
export const verify = {
  data: linkData,
  ja: (data: LinkData) =>
    linkLetter('ja', data, {
      subject: 'メールアドレスの確認',
      request: '次のボタンを押して、このメールアドレスを確認してください。',
      label: 'メールアドレスを確認する',
      until: (time) => `このリンクは ${time} まで有効です。`,
      otherwise: 'お心当たりがない場合は、このメールを破棄してください。',
    }),
  en: (data: LinkData) =>
    linkLetter('en', data, {
      subject: 'Confirm your e-mail address',
      request: 'Confirm this e-mail address with the button below.',
      label: 'Confirm address',
      until: (time) => `The link is valid until ${time}.`,
      otherwise: 'If you did not ask for this, delete this mail.',
    }),
}
