import { arrayLiteral } from './arrays.ts'
import { canonicalJson } from './canonical-json.ts'
import type { ColumnRule } from './map-schema.ts'
import { floatText, integerText, numericText } from './numbers.ts'
import { Bad, bad } from './reasons.ts'
import type { TargetType } from './target-type.ts'
import { minutesOf, momentOf, momentText, type TimeReading, timeOfDay } from './times.ts'

export type SqliteValue = null | number | bigint | string | Uint8Array
/** The text to send (not yet escaped), null, or why it does not fit. */
export type Converted = string | null | Bad
export type Convert = (value: SqliteValue) => Converted

const TRUE = /^(1|t|true|y|yes|on)$/i
const FALSE = /^(0|f|false|n|no|off)$/i
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}(?:==)?|[A-Za-z0-9+/]{3}=?)?$/
const HEX = /^(?:[0-9a-fA-F]{2})*$/
const UUID = /^\{?([0-9a-f]{8})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{12})\}?$/i

/**
 * The conversion of one column, chosen once: from what SQLite holds to the text PostgreSQL reads,
 * in the spelling it is summed up in.
 */
export function compileConvert(type: TargetType, rule: ColumnRule): Convert {
  const inner = type.array ? arrayConvert(type, rule) : scalarConvert(type, rule)
  const prepare = preparations(rule)
  const fallback = rule.default === undefined ? null : constant(inner, rule.default)
  return (given) => {
    let value: SqliteValue | Bad = given
    for (const step of prepare) {
      value = step(value)
      if (value instanceof Bad) return value
    }
    if (value === null) return fallback
    if (value === '' && !/^(text|varchar|bpchar|citext|bytea)$/.test(type.name)) return bad('empty')
    const text = inner(value)
    return typeof text === 'string' && text.includes('\0') ? bad('nul') : text
  }
}

function constant(inner: Convert, value: NonNullable<ColumnRule['default']>): Converted {
  return inner(typeof value === 'boolean' ? Number(value) : value)
}

type Step = (value: SqliteValue) => SqliteValue | Bad

/** What the map asks for before the conversion, in this order. */
function preparations(rule: ColumnRule): Step[] {
  const steps: Step[] = []
  if (rule.encoding !== undefined) steps.push(decoder(rule.encoding))
  if (rule.stripNul === true) {
    steps.push((value) => (typeof value === 'string' ? value.replaceAll('\0', '') : value))
  }
  if (rule.trim === true) steps.push((value) => (typeof value === 'string' ? value.trim() : value))
  if (rule.emptyAsNull === true) steps.push((value) => (value === '' ? null : value))
  if (rule.values !== undefined) {
    const values = new Map(Object.entries(rule.values))
    steps.push((value) => {
      const found =
        value === null || value instanceof Uint8Array ? undefined : values.get(String(value))
      if (found === undefined) return value
      return typeof found === 'boolean' ? Number(found) : found
    })
  }
  return steps
}

/** With an encoding named, the text of the column arrives as its bytes. */
function decoder(encoding: string): Step {
  const decode = new TextDecoder(encoding, { fatal: true })
  return (value) => {
    if (!(value instanceof Uint8Array)) return value
    try {
      return decode.decode(value)
    } catch {
      return bad('bad-utf8')
    }
  }
}

function scalarConvert(type: TargetType, rule: ColumnRule): Convert {
  if (type.labels !== undefined) return enumConvert(new Set(type.labels))
  switch (type.name) {
    case 'bool':
      return toBoolean
    case 'int2':
    case 'int4':
    case 'int8':
      return number((value) => integerText(value, type.name))
    case 'float4':
    case 'float8':
      return number((value) => floatText(value, type.name))
    case 'numeric':
      return number((value) => numericText(value, { ...type, round: rule.round === true }))
    case 'timestamptz':
    case 'timestamp':
    case 'date':
      return timeConvert(type.name, rule)
    case 'time':
      return timeOfDay
    case 'uuid':
      return toUuid
    case 'json':
      return toJson
    case 'jsonb':
      return (value) => jsonText(value, canonicalJson)
    case 'bytea':
      return bytesConvert(rule.as)
    default:
      return textConvert(type)
  }
}

function number(convert: (value: string | number | bigint) => Converted): Convert {
  return (value) =>
    value === null || value instanceof Uint8Array ? bad('wrong-type') : convert(value)
}

function toBoolean(value: SqliteValue): Converted {
  if (typeof value === 'number' || typeof value === 'bigint') {
    return Number(value) === 1 ? 't' : Number(value) === 0 ? 'f' : bad('wrong-type')
  }
  if (typeof value !== 'string') return bad('wrong-type')
  return TRUE.test(value.trim()) ? 't' : FALSE.test(value.trim()) ? 'f' : bad('wrong-type')
}

function enumConvert(labels: ReadonlySet<string>): Convert {
  return (value) => {
    if (value === null || value instanceof Uint8Array) return bad('wrong-type')
    return labels.has(String(value)) ? String(value) : bad('not-in-enum')
  }
}

function timeConvert(type: string, rule: ColumnRule): Convert {
  const reading = (rule.as ?? 'auto') as TimeReading
  const offset = minutesOf(rule.zone ?? 'Z')
  return number((value) => {
    const moment = momentOf(value, reading, offset)
    return moment instanceof Bad ? moment : momentText(moment, type)
  })
}

function toUuid(value: SqliteValue): Converted {
  const text = value instanceof Uint8Array ? Buffer.from(value).toString('hex') : value
  const match = typeof text === 'string' ? UUID.exec(text.trim()) : null
  return match === null ? bad('wrong-type') : match.slice(1).join('-').toLowerCase()
}

/** `json` keeps the text as it is, `jsonb` the value. */
function toJson(value: SqliteValue): Converted {
  return jsonText(value, (text) => (canonicalJson(text) === undefined ? undefined : text))
}

function jsonText(value: SqliteValue, spell: (text: string) => string | undefined): Converted {
  if (value === null || value instanceof Uint8Array) return bad('wrong-type')
  return spell(String(value)) ?? bad('not-json')
}

function bytesConvert(as: string | undefined): Convert {
  return (value) => {
    if (value instanceof Uint8Array) return `\\x${Buffer.from(value).toString('hex')}`
    if (typeof value !== 'string') return bad('wrong-type')
    if (as === 'hex') return HEX.test(value) ? `\\x${value.toLowerCase()}` : bad('wrong-type')
    if (as === 'utf8') return `\\x${Buffer.from(value, 'utf8').toString('hex')}`
    if (as !== 'base64' || !BASE64.test(value)) return bad('wrong-type')
    return `\\x${Buffer.from(value, 'base64').toString('hex')}`
  }
}

function textConvert({ name, maxLength }: TargetType): Convert {
  return (value) => {
    if (value === null || value instanceof Uint8Array) return bad('wrong-type')
    const text = String(value)
    // char(n) comes back without its blanks at the end, so it is sent without them.
    const kept = name === 'bpchar' ? text.replace(/ +$/, '') : text
    if (maxLength === undefined || kept.length <= maxLength) return kept
    return [...kept].length <= maxLength ? kept : bad('too-long')
  }
}

/** A list: JSON text, or text with a separator where the map names one. */
function arrayConvert(type: TargetType, rule: ColumnRule): Convert {
  const element = scalarConvert({ ...type, array: false }, rule)
  return (value) => {
    if (typeof value !== 'string') return bad('wrong-type')
    const parts = rule.split === undefined ? readJsonList(value) : value.split(rule.split)
    if (parts === undefined) return bad('not-json')
    const texts: (string | null)[] = []
    for (const part of parts) {
      const text = part === null ? null : element(part)
      if (text instanceof Bad) return text
      texts.push(text)
    }
    return arrayLiteral(texts)
  }
}

function readJsonList(text: string): SqliteValue[] | undefined {
  try {
    const value: unknown = JSON.parse(text)
    if (!Array.isArray(value)) return undefined
    return value.map((part): SqliteValue => {
      if (part === null || typeof part === 'string' || typeof part === 'number') return part
      return typeof part === 'boolean' ? Number(part) : JSON.stringify(part)
    })
  } catch {
    return undefined
  }
}
