import type { Locale } from '@minato/web/locale'
import type { UsageRow } from '../shapes.ts'

export const METRICS = ['cost', 'tokens', 'calls'] as const
export type Metric = (typeof METRICS)[number]

export function measured(row: UsageRow, metric: Metric): number {
  if (metric === 'cost') return row.costUsd
  return metric === 'tokens' ? row.inputTokens + row.outputTokens : row.calls
}

export function formatMetric(value: number, metric: Metric, locale: Locale): string {
  const small = value !== 0 && Math.abs(value) < 0.01
  if (metric !== 'cost')
    return new Intl.NumberFormat(locale, { notation: 'compact', maximumFractionDigits: 1 }).format(
      value,
    )
  return new Intl.NumberFormat(locale, {
    style: 'currency',
    currency: 'USD',
    ...(small ? { maximumSignificantDigits: 2 } : {}),
  }).format(value)
}

/** Every day of the period, also those without a call: a gap in the bars is a day without use. */
export function withEmptyDays(rows: UsageRow[], days: number, today: Date): UsageRow[] {
  const known = new Map(rows.map((row) => [row.key, row]))
  // The ledger counts days of Japan.
  const end = Date.parse(new Intl.DateTimeFormat('sv-SE', { timeZone: 'Asia/Tokyo' }).format(today))
  return Array.from({ length: days }, (_, index) => {
    const at = new Date(end - (days - 1 - index) * 86_400_000)
    const key = at.toISOString().slice(0, 10)
    return known.get(key) ?? { ...EMPTY, key, label: key }
  })
}

const EMPTY = {
  calls: 0,
  failed: 0,
  inputTokens: 0,
  outputTokens: 0,
  costUsd: 0,
  unpriced: 0,
  p50FirstTokenMs: null,
  p95DurationMs: null,
}
