import { z } from 'zod'

/**
 * Text of a person's making, such as a name. It stands in bodies only, never in a header, so odd characters are taken out
 * rather than refused: nobody's reset mail may fail over a line break in their name.
 */
export const line = z.string().transform((text) =>
  text
    .toWellFormed()
    .replace(/[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]+/gu, ' ')
    .trim()
    .slice(0, 200),
)

/** A link of ours. Anything but http and https would be a way to run script in some readers. */
export const link = z
  .string()
  .max(2000)
  .refine((text) => URL.canParse(text) && /^https?:$/.test(new URL(text).protocol))

export const time = z.iso.datetime({ offset: true })

/** IANA zone name of the reader. An unknown one must not hold back a mail: the house's zone serves. */
export const zone = z.string().refine(isTimeZone).optional().catch(undefined)

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name })
    return true
  } catch {
    return false
  }
}
