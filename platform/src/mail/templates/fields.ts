import { z } from 'zod'

/** Text of a person's making: one line, not endless. */
export const line = z
  .string()
  .min(1)
  .max(200)
  .refine((text) => !/[\p{Cc}\u2028\u2029]/u.test(text))

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
