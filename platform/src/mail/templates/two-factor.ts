import { z } from 'zod'
import { line, link, time, zone } from './fields.ts'
import { type Letter, readableTime } from './letter.ts'

const data = z.object({
  change: z.enum(['enabled', 'disabled', 'recovery-codes']),
  name: line.optional(),
  at: time.optional(),
  timeZone: zone,
  /** Where to look and undo. */
  url: link.optional(),
})
type Data = z.infer<typeof data>

const JA = {
  enabled: '二要素認証が有効になりました。',
  disabled: '二要素認証が無効になりました。',
  'recovery-codes': 'リカバリーコードが作り直されました。以前のコードは使えません。',
}
const EN = {
  enabled: 'Two-factor authentication was turned on.',
  disabled: 'Two-factor authentication was turned off.',
  'recovery-codes': 'New recovery codes were made. The former ones no longer work.',
}

/** The second factor changed: told to the owner, so that a stranger's change does not go unseen. */
export const twoFactor = {
  data,
  ja: ({ change, name, at, timeZone, url }: Data): Letter => ({
    subject: '二要素認証の変更',
    paragraphs: [
      ...(name === undefined ? [] : [`${name} 様`]),
      JA[change],
      ...(at === undefined ? [] : [`日時: ${readableTime(at, 'ja', timeZone)}`]),
    ],
    ...(url === undefined ? {} : { action: { label: 'セキュリティ設定を開く', url } }),
    notes: ['お心当たりがない場合は、すぐにパスワードを変更し、管理者に連絡してください。'],
  }),
  en: ({ change, name, at, timeZone, url }: Data): Letter => ({
    subject: 'Two-factor authentication changed',
    paragraphs: [
      ...(name === undefined ? [] : [`Hello ${name},`]),
      EN[change],
      ...(at === undefined ? [] : [`Time: ${readableTime(at, 'en', timeZone)}`]),
    ],
    ...(url === undefined ? {} : { action: { label: 'Open security settings', url } }),
    notes: ['If this was not you, change your password at once and tell an administrator.'],
  }),
}
