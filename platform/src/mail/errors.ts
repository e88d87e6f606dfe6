import { defineErrors } from '../errors/index.ts'

export const mailErrors = defineErrors({
  MAIL_ADDRESS_REFUSED: {
    status: 422,
    title: { en: 'Mail address not accepted', ja: 'メールアドレスが正しくありません' },
    detail: {
      en: 'Use one plain address such as name@example.com, without spaces or line breaks.',
      ja: 'name@example.com のような 1 件のアドレスを、空白や改行なしで入力してください。',
    },
  },
  MAIL_HEADER_REFUSED: {
    status: 422,
    title: { en: 'Line break in a mail header', ja: 'メールの件名や名前に改行があります' },
    detail: {
      en: 'A name or subject holds a line break or control character. Remove it.',
      ja: '名前または件名に改行や制御文字が含まれています。取り除いてください。',
    },
  },
  MAIL_DATA_INVALID: {
    status: 422,
    title: { en: 'Mail cannot be written', ja: 'メールを作成できません' },
    detail: {
      en: 'The template "{template}" lacks a valid "{field}". Give it and send again.',
      ja: 'テンプレート「{template}」の「{field}」が正しくありません。指定し直してください。',
    },
  },
  MAIL_WEBHOOK_REFUSED: {
    status: 403,
    title: { en: 'Webhook signature not valid', ja: 'Webhook の署名が正しくありません' },
    detail: {
      en: 'The signature or its time does not match. Check the verification key and the clock.',
      ja: '署名または時刻が一致しません。検証用の公開鍵とサーバーの時計を確認してください。',
    },
  },
  MAIL_WEBHOOK_OFF: {
    status: 404,
    title: { en: 'Webhook is off', ja: 'Webhook は無効です' },
    detail: {
      en: 'Set MAIL_SENDGRID_PUBLIC_KEY to receive events.',
      ja: 'イベントを受け取るには MAIL_SENDGRID_PUBLIC_KEY を設定してください。',
    },
  },
})
