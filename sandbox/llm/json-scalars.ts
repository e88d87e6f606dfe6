import { createHash } from 'node:crypto'
import type { JsonSchema } from './chat-request.ts'
import { matchPattern } from './pattern-sample.ts'

/** A number of the prompt that fits the bounds; else the lowest that fits, moved by `step`. */
export function numberFor(
  schema: JsonSchema,
  text: string,
  name: string,
  integer: boolean,
  step = 0,
): number {
  const bound = (key: string) => (typeof schema[key] === 'number' ? schema[key] : undefined)
  const unit = bound('multipleOf') ?? (integer ? 1 : 0)
  const nudge = unit > 0 ? unit : 0.5
  const above = bound('exclusiveMinimum')
  const below = bound('exclusiveMaximum')
  const least = Math.max(bound('minimum') ?? -Infinity, above === undefined ? -Infinity : above)
  const most = Math.min(bound('maximum') ?? Infinity, below === undefined ? Infinity : below)
  const fits = (value: number) =>
    value >= least &&
    value <= most &&
    value !== above &&
    value !== below &&
    (unit === 0 || Math.abs(value / unit - Math.round(value / unit)) < 1e-9)
  const said = labelled(text, name, /-?\d+(?:\.\d+)?/) ?? /-?\d+(?:\.\d+)?/.exec(text)?.[0]
  if (said !== undefined && step === 0 && fits(Number(said))) return Number(said)
  const start = Number.isFinite(least) ? least : Number.isFinite(most) ? most - nudge * 4 : 1
  const aligned = unit > 0 ? Math.ceil(start / unit) * unit : start
  for (let i = 0; i < 64; i++) {
    const value = aligned + nudge * (i + step)
    if (fits(value)) return value
  }
  // Too few numbers for so many steps: begin again.
  if (step > 0) return numberFor(schema, text, name, integer)
  // A narrow open interval: halve it.
  return Number.isFinite(least) && Number.isFinite(most) ? (least + most) / 2 : aligned
}

const FORMATS: Record<string, (seed: string) => string> = {
  date: () => '2026-01-15',
  'date-time': () => '2026-01-15T09:00:00Z',
  time: () => '09:00:00Z',
  duration: () => 'PT1H',
  email: () => 'taro@example.com',
  'idn-email': () => 'taro@example.com',
  hostname: () => 'example.com',
  ipv4: () => '192.0.2.1',
  ipv6: () => '2001:db8::1',
  uri: () => 'https://example.com/',
  'uri-reference': () => '/example',
  url: () => 'https://example.com/',
  uuid: (seed) => uuidFrom(seed),
}

const FORMAT_IN_TEXT: Record<string, RegExp> = {
  date: /\b\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])\b/,
  email: /\b[\w.+-]+@[\w-]+(?:\.[\w-]+)+\b/,
  uri: /https?:\/\/[^\s"'<>「」()]+/,
}

export function textFor(schema: JsonSchema, text: string, name: string): string {
  const format = typeof schema.format === 'string' ? schema.format : ''
  const found = FORMAT_IN_TEXT[format]?.exec(text)?.[0]
  if (found) return found
  const made = FORMATS[format]?.(`${name}${text}`)
  if (made) return made
  const least = typeof schema.minLength === 'number' ? schema.minLength : 0
  const most = typeof schema.maxLength === 'number' ? schema.maxLength : 400
  if (typeof schema.pattern === 'string') return matchPattern(schema.pattern, text, least, most)
  const words = labelled(text, name, /[^\n,;。、]+/) ?? (text.trim() || name || 'sandbox')
  // Lengths count code points (JSON Schema), not UTF-16 units.
  const characters = [...words].slice(0, most)
  while (characters.length < least) characters.push('…')
  return characters.join('')
}

/** "name: Taro" or 「名前は…」: a value the prompt labels with the property's own name. */
function labelled(text: string, name: string, value: RegExp): string | undefined {
  if (name === '') return undefined
  const label = name.replace(/[^\p{L}\p{N}]+/gu, '[ _-]?')
  const match = new RegExp(`(?:^|[^\\p{L}])${label}\\s*(?:[:=:は]|is)\\s*(${value.source})`, 'iu')
  return match.exec(text)?.[1]?.trim()
}

function uuidFrom(seed: string): string {
  const hex = createHash('sha256').update(seed).digest('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}
