import { useLocale } from '../locale.ts'
import { bytesInWords } from './bytes.ts'

/**
 * A number in the reader's language with tabular figures. `compact` shortens (12.3K, 1.2万).
 *
 * @example
 * <NumberText value={usage.inputTokens} compact />
 */
export function NumberText({
  value,
  compact = false,
  digits = 0,
  unit,
}: {
  value: number
  compact?: boolean
  /** Most digits after the point. */
  digits?: number
  /** As in Intl: 'megabyte', 'second', 'percent'… */
  unit?: string
}) {
  const locale = useLocale()
  const text = new Intl.NumberFormat(locale, {
    maximumFractionDigits: compact ? 1 : digits,
    ...(compact ? { notation: 'compact' } : {}),
    ...(unit === undefined ? {} : { style: 'unit', unit, unitDisplay: 'short' }),
  }).format(value)
  return (
    <span data-numbers title={compact ? new Intl.NumberFormat(locale).format(value) : undefined}>
      {text}
    </span>
  )
}

/**
 * A size in bytes, in the reader's language.
 *
 * @example
 * <BytesText value={file.byteLength} />
 */
export function BytesText({ value }: { value: number }) {
  return <span data-numbers>{bytesInWords(value, useLocale())}</span>
}

/** A part of a whole, 0 to 1, as a percentage. */
export function PercentText({ value }: { value: number }) {
  const locale = useLocale()
  const text = new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: 1 })
  return <span data-numbers>{text.format(value)}</span>
}

/**
 * Money with its currency; small costs (a fraction of a cent) keep their first digits.
 *
 * @example
 * <Money value={answer.costUsd} currency="USD" />
 */
export function Money({ value, currency }: { value: number; currency: string }) {
  const locale = useLocale()
  const small = value !== 0 && Math.abs(value) < 0.01
  const text = new Intl.NumberFormat(locale, {
    style: 'currency',
    currency,
    ...(small ? { maximumSignificantDigits: 2 } : {}),
  }).format(value)
  return <span data-numbers>{text}</span>
}
