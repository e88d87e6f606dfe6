import { z } from 'zod'

/** A sentence in both languages of the house. */
export type Bilingual = { en: string; ja: string }

/** One environment variable: its name, how its text becomes a value, and what it is for. */
export type Variable<T = unknown> = {
  name: string
  schema: z.ZodType<T>
  describe: string
  secret: boolean
  example?: string
}

/** A variable whose value becomes a `Secret`: it never prints. */
export type SecretVariable<T = unknown> = Variable<T> & { secret: true }

type VariableOptions = { describe: string; secret?: boolean; example?: string }

/**
 * Declares an environment variable. The schema receives `undefined` or the text as it stands.
 *
 * @example
 * variable('PORT', port.default(3000), { describe: 'Where the web server listens.' })
 */
export function variable<T>(
  name: string,
  schema: z.ZodType<T>,
  options: VariableOptions & { secret: true },
): SecretVariable<T>
export function variable<T>(
  name: string,
  schema: z.ZodType<T>,
  options: VariableOptions,
): Variable<T>
export function variable<T>(
  name: string,
  schema: z.ZodType<T>,
  options: VariableOptions,
): Variable<T> {
  return { secret: false, ...options, name, schema }
}

const TRUE = new Set(['1', 'true', 'yes', 'on'])
const FALSE = new Set(['0', 'false', 'no', 'off'])

/** Text `true/false/1/0/yes/no/on/off` → boolean. */
export const bool = z.string().transform((text, context) => {
  const word = text.trim().toLowerCase()
  if (TRUE.has(word)) return true
  if (FALSE.has(word)) return false
  context.addIssue({ code: 'custom', message: 'must be true or false' })
  return z.NEVER
})

/** Comma-separated text → list of trimmed, non-empty strings. */
export const list = z.string().transform((text) =>
  text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== ''),
)

/** A decimal whole number between `min` and `max`. */
export function integer(min: number, max: number) {
  return z.string().transform((text, context) => {
    const value = /^-?\d+$/.test(text.trim()) ? Number(text) : Number.NaN
    if (Number.isSafeInteger(value) && value >= min && value <= max) return value
    context.addIssue({ code: 'custom', message: `must be a whole number from ${min} to ${max}` })
    return z.NEVER
  })
}

/** A decimal number, 0 or more. */
export const amount = z.string().transform((text, context) => {
  const value = /^\d+(\.\d+)?$/.test(text.trim()) ? Number(text) : Number.NaN
  if (Number.isFinite(value)) return value
  context.addIssue({ code: 'custom', message: 'must be a number, 0 or more, such as 12.5' })
  return z.NEVER
})

const UNIT_MS: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/** `500ms`, `30s`, `15m`, `12h`, `90d` → milliseconds. */
export const duration = z.string().transform((text, context) => {
  const match = /^(\d{1,9})(ms|s|m|h|d)$/.exec(text.trim())
  const unit = match?.[2] === undefined ? undefined : UNIT_MS[match[2]]
  if (match?.[1] !== undefined && unit !== undefined) return Number(match[1]) * unit
  context.addIssue({
    code: 'custom',
    message: 'must be a duration such as 500ms, 30s, 15m, 12h or 90d',
  })
  return z.NEVER
})

const UNIT_BYTES: Record<string, number> = { '': 1, kb: 1024, mb: 1024 ** 2, gb: 1024 ** 3 }

/** `4096`, `64kb`, `5mb`, `1gb` → bytes. */
export const bytes = z.string().transform((text, context) => {
  const match = /^(\d{1,12})\s*(kb|mb|gb)?$/.exec(text.trim().toLowerCase())
  const unit = UNIT_BYTES[match?.[2] ?? '']
  if (match?.[1] !== undefined && unit !== undefined) return Number(match[1]) * unit
  context.addIssue({ code: 'custom', message: 'must be a size such as 4096, 64kb, 5mb or 1gb' })
  return z.NEVER
})

/** Absolute URL with one of the given schemes (without the colon), kept as it was written. */
export function url(...schemes: string[]) {
  return z.string().transform((text, context) => {
    const value = text.trim()
    const scheme = URL.canParse(value) ? new URL(value).protocol.slice(0, -1) : ''
    if (schemes.includes(scheme)) return value
    context.addIssue({
      code: 'custom',
      message: `must be a URL starting with ${schemes.join(':// or ')}://`,
    })
    return z.NEVER
  })
}

/** TCP port, 1–65535 (0 asks the system for a free one). */
export const port = integer(0, 65_535)
