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

/** Proves that the address belongs to the person. */
export const verify = {
  data,
  ja: ({ url, name, expiresAt, timeZone }: Data): Letter => ({
    subject: 'メールアドレスの確認',
    paragraphs: [
      ...(name === undefined ? [] : [`${name} 様`]),
      '次のボタンを押して、このメールアドレスを確認してください。',
    ],
    action: { label: 'メールアドレスを確認する', url },
    notes: [
      ...(expiresAt === undefined
        ? []
        : [`このリンクは ${readableTime(expiresAt, 'ja', timeZone)} まで有効です。`]),
      'お心当たりがない場合は、このメールを破棄してください。',
    ],
  }),
  en: ({ url, name, expiresAt, timeZone }: Data): Letter => ({
    subject: 'Confirm your e-mail address',
    paragraphs: [
      ...(name === undefined ? [] : [`Hello ${name},`]),
      'Confirm this e-mail address with the button below.',
    ],
    action: { label: 'Confirm address', url },
    notes: [
      ...(expiresAt === undefined
        ? []
        : [`The link is valid until ${readableTime(expiresAt, 'en', timeZone)}.`]),
      'If you did not ask for this, delete this mail.',
    ],
  }),
}
