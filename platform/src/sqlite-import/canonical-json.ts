import { plainDecimal } from './numbers.ts'

declare global {
  interface JSON {
    /** V8's part of "JSON.parse source text access": writes the text as it is. */
    rawJSON(text: string): unknown
  }
}

/**
 * JSON in one spelling: keys sorted, no blanks, numbers as plain decimals with all of their digits.
 * jsonb keeps the same value and spells it its own way; both come to this. Undefined for what is no
 * JSON, and for what jsonb refuses: NUL, half a surrogate pair.
 */
export function canonicalJson(text: string): string | undefined {
  try {
    const value = JSON.parse(text, sorted)
    return JSON.stringify(value)
  } catch {
    return undefined
  }
}

function sorted(
  this: unknown,
  _key: string,
  value: unknown,
  context?: { source?: string },
): unknown {
  if (typeof value === 'number') {
    const plain = plainDecimal(context?.source ?? String(value))
    if (plain === undefined) throw new RangeError('a number too long')
    return JSON.rawJSON(plain)
  }
  if (typeof value === 'string') return sound(value)
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  if (Object.getPrototypeOf(value) === null) return value // a raw number
  // Without a prototype: "__proto__" is a key like any other.
  const copy: Record<string, unknown> = Object.create(null)
  for (const [key, part] of Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))) {
    copy[sound(key)] = part
  }
  return copy
}

function sound(text: string): string {
  if (text.includes('\0') || !text.isWellFormed()) throw new RangeError('not for jsonb')
  return text
}
