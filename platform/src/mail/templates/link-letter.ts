import { z } from 'zod'
import { line, link, time, zone } from './fields.ts'
import { type Letter, type Locale, readableTime } from './letter.ts'

/** What every mail with a one-time link is made of. */
export const linkData = z.object({
  url: link,
  name: line.optional(),
  expiresAt: time.optional(),
  timeZone: zone,
})
export type LinkData = z.infer<typeof linkData>

type Wording = {
  subject: string
  /** What happened and what to do. */
  request: string
  label: string
  /** Until when the link works, around the time. */
  until: (time: string) => string
  /** What to do when it was somebody else. */
  otherwise: string
}

const GREETING: Record<Locale, (name: string) => string> = {
  ja: (name) => `${name} 様`,
  en: (name) => `Hello ${name},`,
}

/** A letter around a one-time link: greeting, request, button, until when, and what if not asked for. */
export function linkLetter(locale: Locale, data: LinkData, wording: Wording): Letter {
  const { url, name, expiresAt, timeZone } = data
  return {
    subject: wording.subject,
    paragraphs: [...(name === undefined ? [] : [GREETING[locale](name)]), wording.request],
    action: { label: wording.label, url },
    notes: [
      ...(expiresAt === undefined
        ? []
        : [wording.until(readableTime(expiresAt, locale, timeZone))]),
      wording.otherwise,
    ],
  }
}
