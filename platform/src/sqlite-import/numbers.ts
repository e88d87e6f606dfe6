import { type Bad, bad } from './reasons.ts'

const INTEGER = /^[+-]?\d+$/
const DECIMAL = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,4}))?$/
const RANGES: Readonly<Record<string, [bigint, bigint]>> = {
  int2: [-32768n, 32767n],
  int4: [-2147483648n, 2147483647n],
  int8: [-(2n ** 63n), 2n ** 63n - 1n],
}
/** PostgreSQL keeps far more; a longer exponent is an attack or an accident. */
const MAX_EXPONENT = 1000

/** Digits of a whole number in the range of int2, int4 or int8. */
export function integerText(value: string | number | bigint, type: string): string | Bad {
  const [least, most] = RANGES[type] ?? [0n, 0n]
  if (typeof value === 'number') {
    if (!Number.isInteger(value)) return bad('would-round')
    if (Number.isSafeInteger(value)) {
      return value >= least && value <= most ? String(value) : bad('out-of-range')
    }
  }
  const whole = typeof value === 'string' ? readInteger(value) : BigInt(value)
  if (whole === undefined) return bad('wrong-type')
  return whole >= least && whole <= most ? String(whole) : bad('out-of-range')
}

function readInteger(text: string): bigint | undefined {
  const trimmed = text.trim()
  return INTEGER.test(trimmed) ? BigInt(trimmed.replace(/^\+/, '')) : undefined
}

/** The shortest digits of a floating-point number, as JavaScript writes them. */
export function floatText(value: string | number | bigint, type: string): string | Bad {
  if (typeof value === 'string' && !DECIMAL.test(value.trim())) return bad('wrong-type')
  const number = Number(value)
  if (typeof value === 'bigint' && BigInt(number) !== value) return bad('would-round')
  const kept = type === 'float4' ? Math.fround(number) : number
  if (!Number.isFinite(kept) && Number.isFinite(number)) return bad('out-of-range')
  return Number.isNaN(kept) ? bad('wrong-type') : String(kept)
}

type Decimal = { negative: boolean; whole: string; fraction: string }

/**
 * A decimal number without exponent and without zeros that say nothing: `12.3`, not `+012.30`.
 * Undefined when it is none.
 *
 * @example plainDecimal('1.50e2') // '150'
 */
export function plainDecimal(text: string): string | undefined {
  const decimal = readDecimal(text)
  return decimal === undefined ? undefined : write(decimal)
}

function readDecimal(text: string): Decimal | undefined {
  const match = DECIMAL.exec(text.trim())
  if (match === null) return undefined
  const [, sign, before = '', after = '', exponent = '0'] = match
  if (before === '' && after === '') return undefined
  const shift = Number(exponent)
  if (Math.abs(shift) > MAX_EXPONENT) return undefined
  const digits = before + after
  const point = before.length + shift
  const padded = point > digits.length ? digits.padEnd(point, '0') : digits
  const whole = point > 0 ? padded.slice(0, point) : ''
  const fraction = point >= 0 ? padded.slice(point) : '0'.repeat(-point) + padded
  return {
    negative: sign === '-',
    whole: whole.replace(/^0+/, ''),
    fraction: fraction.replace(/0+$/, ''),
  }
}

function write({ negative, whole, fraction }: Decimal): string {
  const text = `${whole === '' ? '0' : whole}${fraction === '' ? '' : `.${fraction}`}`
  return negative && text !== '0' ? `-${text}` : text
}

export type NumericRule = {
  precision: number | undefined
  scale: number | undefined
  round: boolean
}

/** A decimal that numeric(p, s) keeps whole; rounded half away from zero where the map allows it. */
export function numericText(value: string | number | bigint, rule: NumericRule): string | Bad {
  let decimal = readDecimal(String(value))
  if (decimal === undefined) {
    return typeof value === 'number' ? bad('out-of-range') : bad('wrong-type')
  }
  const { precision, scale = 0 } = rule
  if (precision === undefined) return write(decimal)
  if (decimal.fraction.length > scale) {
    if (!rule.round) return bad('would-round')
    decimal = rounded(decimal, scale)
  }
  return decimal.whole.length > precision - scale ? bad('out-of-range') : write(decimal)
}

function rounded({ negative, whole, fraction }: Decimal, scale: number): Decimal {
  const up = (fraction[scale] ?? '0') >= '5' ? 1n : 0n
  const digits = String(BigInt(`${whole}${fraction.slice(0, scale)}` || '0') + up)
  const padded = digits.padStart(scale + 1, '0')
  const point = padded.length - scale
  return {
    negative,
    whole: padded.slice(0, point).replace(/^0+/, ''),
    fraction: padded.slice(point).replace(/0+$/, ''),
  }
}
