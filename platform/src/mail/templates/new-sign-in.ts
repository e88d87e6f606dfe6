import { z } from 'zod'
import { line, link, time, zone } from './fields.ts'
import { type Letter, readableTime } from './letter.ts'

const data = z.object({
  at: time,
  name: line.optional(),
  timeZone: zone,
  ip: line.optional(),
  device: line.optional(),
  url: link.optional(),
})
type Data = z.infer<typeof data>

/** A sign-in from a device not seen before. */
export const newSignIn = {
  data,
  ja: ({ at, name, timeZone, ip, device, url }: Data): Letter => ({
    subject: '新しいサインインがありました',
    paragraphs: [
      ...(name === undefined ? [] : [`${name} 様`]),
      '新しい端末からのサインインがありました。',
      `日時: ${readableTime(at, 'ja', timeZone)}`,
      ...(device === undefined ? [] : [`端末: ${device}`]),
      ...(ip === undefined ? [] : [`IP アドレス: ${ip}`]),
    ],
    ...(url === undefined ? {} : { action: { label: 'セッションを確認する', url } }),
    notes: ['お心当たりがない場合は、すべてのセッションを終了し、パスワードを変更してください。'],
  }),
  en: ({ at, name, timeZone, ip, device, url }: Data): Letter => ({
    subject: 'New sign-in to your account',
    paragraphs: [
      ...(name === undefined ? [] : [`Hello ${name},`]),
      'Your account was signed in to from a new device.',
      `Time: ${readableTime(at, 'en', timeZone)}`,
      ...(device === undefined ? [] : [`Device: ${device}`]),
      ...(ip === undefined ? [] : [`IP address: ${ip}`]),
    ],
    ...(url === undefined ? {} : { action: { label: 'Review sessions', url } }),
    notes: ['If this was not you, end all sessions and change your password.'],
  }),
}
