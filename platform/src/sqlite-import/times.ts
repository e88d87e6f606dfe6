import { type Bad, bad } from './reasons.ts'

/** How a number or text is to be read as a moment. `auto`: ISO text, or milliseconds as Prisma's. */
export type TimeReading = 'auto' | 'unix-ms' | 'unix-s' | 'unix-us' | 'iso' | 'julian'

const MICROS_PER: Readonly<Record<string, bigint>> = {
  auto: 1000n,
  'unix-ms': 1000n,
  'unix-s': 1_000_000n,
  'unix-us': 1n,
}
const ISO =
  /^(\d{4})-(\d\d)-(\d\d)(?:[T ]+(\d\d):(\d\d)(?::(\d\d)(?:[.,](\d+))?)?)?(?: ?(Z|z|UTC|[+-]\d\d(?::?\d\d)?))?$/
const NUMBER = /^[+-]?\d+(\.\d+)?$/
const TIME = /^(\d\d):(\d\d)(?::(\d\d)(?:[.,](\d+))?)?$/
const JULIAN_OF_EPOCH = 2440587.5
/** 0001-01-01 and the end of 9999, in milliseconds: what ISO's four digits can write. */
const [LEAST, MOST] = [-62_135_596_800_000, 253_402_300_799_999]

type Moment = { ms: number; micros: number }

/** A moment as PostgreSQL writes it in UTC, to the microsecond. */
export function momentOf(
  value: string | number | bigint,
  reading: TimeReading,
  offsetMinutes: number,
): Moment | Bad {
  if (typeof value === 'string') {
    const text = value.trim()
    if (reading !== 'iso' && NUMBER.test(text)) {
      return text.includes('.')
        ? fromNumber(Number(text), reading)
        : fromWhole(BigInt(text.replace('+', '')), reading)
    }
    return fromIso(text, offsetMinutes)
  }
  if (reading === 'iso') return bad('wrong-type')
  if (reading === 'julian') return within((Number(value) - JULIAN_OF_EPOCH) * 86_400_000)
  if (typeof value === 'bigint') return fromWhole(value, reading)
  const msPerUnit = Number(MICROS_PER[reading] ?? 1000n) / 1000
  if (Number.isInteger(value) && msPerUnit >= 1)
    return checked({ ms: value * msPerUnit, micros: 0 })
  return Number.isSafeInteger(value)
    ? fromWhole(BigInt(value), reading)
    : fromNumber(value, reading)
}

function fromWhole(value: bigint, reading: TimeReading): Moment | Bad {
  const micros = value * (MICROS_PER[reading] ?? 1000n)
  const rest = ((micros % 1000n) + 1000n) % 1000n
  return checked({ ms: Number((micros - rest) / 1000n), micros: Number(rest) })
}

function fromNumber(value: number, reading: TimeReading): Moment | Bad {
  if (reading === 'julian') return within((value - JULIAN_OF_EPOCH) * 86_400_000)
  return within((value * Number(MICROS_PER[reading] ?? 1000n)) / 1000)
}

/** To the nearest millisecond: a double has no more to give for a moment of today. */
function within(ms: number): Moment | Bad {
  return checked({ ms: Math.round(ms), micros: 0 })
}

function checked(moment: Moment): Moment | Bad {
  return moment.ms >= LEAST && moment.ms <= MOST ? moment : bad('not-a-time')
}

function fromIso(text: string, offsetMinutes: number): Moment | Bad {
  const match = ISO.exec(text)
  if (match === null) return bad('not-a-time')
  const [, year, month, day, hour = '0', minute = '0', second = '0', fraction = '', zone] = match
  const digits = fraction.replace(/0+$/, '')
  if (digits.length > 6) return bad('would-round')
  const date = new Date(0)
  date.setUTCFullYear(Number(year), Number(month) - 1, Number(day))
  if (date.getUTCMonth() !== Number(month) - 1 || date.getUTCDate() !== Number(day)) {
    return bad('not-a-time')
  }
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return bad('not-a-time')
  const inMicros = Number(digits.padEnd(6, '0'))
  date.setUTCHours(Number(hour), Number(minute), Number(second), Math.floor(inMicros / 1000))
  const offset = zone === undefined ? offsetMinutes : minutesOf(zone)
  return checked({ ms: date.getTime() - offset * 60_000, micros: inMicros % 1000 })
}

/** Minutes east of UTC: `+09:00`, `-0530`, `+09`, `Z`. */
export function minutesOf(zone: string): number {
  const match = /^([+-])(\d\d):?(\d\d)?$/.exec(zone)
  if (match === null) return 0
  const minutes = Number(match[2]) * 60 + Number(match[3] ?? 0)
  return match[1] === '-' ? -minutes : minutes
}

/** `timestamptz`, `timestamp` or `date` as PostgreSQL writes it with the time zone UTC. */
export function momentText(moment: Moment, type: string): string | Bad {
  const iso = new Date(moment.ms).toISOString()
  const date = iso.slice(0, 10)
  const micros = `${iso.slice(20, 23)}${String(moment.micros).padStart(3, '0')}`
  if (type === 'date') {
    return iso.slice(11, 23) === '00:00:00.000' && moment.micros === 0 ? date : bad('has-a-time')
  }
  const fraction = micros === '000000' ? '' : `.${micros.replace(/0+$/, '')}`
  return `${date} ${iso.slice(11, 19)}${fraction}${type === 'timestamptz' ? '+00' : ''}`
}

/** `time` without a zone. */
export function timeOfDay(value: unknown): string | Bad {
  const match = typeof value === 'string' ? TIME.exec(value.trim()) : null
  if (match === null) return bad(typeof value === 'string' ? 'not-a-time' : 'wrong-type')
  const [, hour, minute, second = '00', fraction = ''] = match
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return bad('not-a-time')
  const digits = fraction.replace(/0+$/, '')
  if (digits.length > 6) return bad('would-round')
  return `${hour}:${minute}:${second}${digits === '' ? '' : `.${digits}`}`
}
