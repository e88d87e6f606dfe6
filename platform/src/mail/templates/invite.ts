import { z } from 'zod'
import { line, link, time, zone } from './fields.ts'
import { type Letter, readableTime } from './letter.ts'

const data = z.object({
  url: link,
  /** Name of the person who invites. */
  inviter: line.optional(),
  expiresAt: time.optional(),
  timeZone: zone,
})
type Data = z.infer<typeof data>

/** Somebody is invited to open an account by a one-time link. */
export const invite = {
  data,
  ja: ({ url, inviter, expiresAt, timeZone }: Data): Letter => ({
    subject: 'Minato への招待',
    paragraphs: [
      inviter === undefined
        ? 'Minato に招待されました。'
        : `${inviter} さんから Minato に招待されました。`,
      '次のボタンからアカウントを作成してください。',
    ],
    action: { label: 'アカウントを作成する', url },
    notes: [
      ...(expiresAt === undefined
        ? []
        : [`このリンクは ${readableTime(expiresAt, 'ja', timeZone)} まで、一度だけ使えます。`]),
      'お心当たりがない場合は、このメールを破棄してください。',
    ],
  }),
  en: ({ url, inviter, expiresAt, timeZone }: Data): Letter => ({
    subject: 'You are invited to Minato',
    paragraphs: [
      inviter === undefined ? 'You are invited to Minato.' : `${inviter} invites you to Minato.`,
      'Open your account with the button below.',
    ],
    action: { label: 'Create your account', url },
    notes: [
      ...(expiresAt === undefined
        ? []
        : [`The link works once, until ${readableTime(expiresAt, 'en', timeZone)}.`]),
      'If you did not expect this, delete this mail.',
    ],
  }),
}
