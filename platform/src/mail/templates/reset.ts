import { z } from 'zod'
import { line, link, time, zone } from './fields.ts'
import { type Letter, readableTime } from './letter.ts'

const data = z.object({
  url: link,
  name: line.optional(),
  expiresAt: time.optional(),
  timeZone: zone,
})
type Data = z.infer<typeof data>

/** A new password may be chosen by a one-time link. */
export const reset = {
  data,
  ja: ({ url, name, expiresAt, timeZone }: Data): Letter => ({
    subject: 'パスワードの再設定',
    paragraphs: [
      ...(name === undefined ? [] : [`${name} 様`]),
      'パスワードの再設定が申し込まれました。次のボタンから新しいパスワードを設定してください。',
    ],
    action: { label: 'パスワードを再設定する', url },
    notes: [
      ...(expiresAt === undefined
        ? []
        : [`このリンクは ${readableTime(expiresAt, 'ja', timeZone)} まで、一度だけ使えます。`]),
      'お心当たりがない場合は何もする必要はありません。パスワードは変わりません。',
    ],
  }),
  en: ({ url, name, expiresAt, timeZone }: Data): Letter => ({
    subject: 'Reset your password',
    paragraphs: [
      ...(name === undefined ? [] : [`Hello ${name},`]),
      'A new password was asked for. Choose it with the button below.',
    ],
    action: { label: 'Reset password', url },
    notes: [
      ...(expiresAt === undefined
        ? []
        : [`The link works once, until ${readableTime(expiresAt, 'en', timeZone)}.`]),
      'If you did not ask for this, do nothing: your password stays as it is.',
    ],
  }),
}
