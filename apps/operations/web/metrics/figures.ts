import type { BarPart } from '@minato/web/bar-chart'
import { bytesInWords } from '@minato/web/bytes'
import type { Locale } from '@minato/web/locale'
import type { MetricHistory, MetricStep } from './metric-shapes.ts'

export type PartKey =
  | 'answered'
  | 'refused'
  | 'failed'
  | 'p95'
  | 'delay'
  | 'memory'
  | 'people'
  | 'connections'
  | 'jobsSucceeded'
  | 'jobsFailed'
  | 'tokens'
  | 'cost'
type Name =
  | 'requests'
  | 'errors'
  | 'p95'
  | 'delay'
  | 'memory'
  | 'people'
  | 'connections'
  | 'jobs'
  | 'tokens'
  | 'cost'

/** One chart: its bars' parts, how a value reads, and the one number that answers the question now. */
export type Figure = {
  name: Name
  parts: { key: PartKey; tone: BarPart<string>['tone'] }[]
  words(value: number, locale: Locale): string
  whole?: boolean
  now(history: MetricHistory): number
}

/** The height of a part of a bar. */
export function partOf(key: PartKey, step: MetricStep, stepSeconds: number): number {
  const { requests, failed, refused } = step
  const values: Record<PartKey, number> = {
    answered: Math.max(0, requests - failed - refused) / stepSeconds,
    refused,
    failed,
    p95: step.p95Ms ?? 0,
    delay: step.loopDelayMs,
    memory: step.rssBytes,
    people: step.activeUsers,
    connections: step.connections,
    jobsSucceeded: step.jobsSucceeded,
    jobsFailed: step.jobsFailed,
    tokens: step.llmTokens,
    cost: step.llmCostUsd,
  }
  return values[key]
}

const number = (value: number, locale: Locale) =>
  new Intl.NumberFormat(locale, {
    notation: 'compact',
    maximumSignificantDigits: value < 10 ? 2 : 3,
  }).format(value)
const milliseconds = (value: number, locale: Locale) =>
  new Intl.NumberFormat(locale, {
    style: 'unit',
    unit: value >= 1000 ? 'second' : 'millisecond',
    unitDisplay: 'short',
    maximumFractionDigits: value >= 1000 || value < 10 ? 1 : 0,
  }).format(value >= 1000 ? value / 1000 : value)
const dollars = (value: number, locale: Locale) =>
  new Intl.NumberFormat(locale, {
    style: 'currency',
    currency: 'USD',
    ...(value !== 0 && value < 0.01 ? { maximumSignificantDigits: 2 } : {}),
  }).format(value)

/** The newest bar in which a process wrote. */
function newest({ items }: MetricHistory): MetricStep | undefined {
  return items.findLast(({ rssBytes }) => rssBytes > 0)
}
const total = (pick: (step: MetricStep) => number) => (history: MetricHistory) =>
  history.items.reduce((sum, step) => sum + pick(step), 0)
const most = (pick: (step: MetricStep) => number) => (history: MetricHistory) =>
  Math.max(0, ...history.items.map(pick))
const latest = (pick: (step: MetricStep) => number) => (history: MetricHistory) => {
  const step = newest(history)
  return step === undefined ? 0 : pick(step)
}

export const FIGURES: readonly Figure[] = [
  {
    name: 'requests',
    parts: [{ key: 'answered', tone: 'plain' }],
    words: number,
    now: (history) => {
      // Before the system ran there was nobody to count.
      const bars = history.items.filter(({ rssBytes }) => rssBytes > 0).length
      return total((step) => step.requests)(history) / Math.max(1, bars * history.stepSeconds)
    },
  },
  {
    name: 'errors',
    parts: [
      { key: 'failed', tone: 'bad' },
      { key: 'refused', tone: 'muted' },
    ],
    words: number,
    whole: true,
    now: total((step) => step.failed),
  },
  {
    name: 'p95',
    parts: [{ key: 'p95', tone: 'plain' }],
    words: milliseconds,
    now: most((step) => step.p95Ms ?? 0),
  },
  {
    name: 'delay',
    parts: [{ key: 'delay', tone: 'plain' }],
    words: milliseconds,
    now: most((step) => step.loopDelayMs),
  },
  {
    name: 'memory',
    parts: [{ key: 'memory', tone: 'plain' }],
    words: bytesInWords,
    now: latest((step) => step.rssBytes),
  },
  {
    name: 'people',
    parts: [{ key: 'people', tone: 'plain' }],
    words: number,
    whole: true,
    now: latest((step) => step.activeUsers),
  },
  {
    name: 'connections',
    parts: [{ key: 'connections', tone: 'plain' }],
    words: number,
    whole: true,
    now: latest((step) => step.connections),
  },
  {
    name: 'jobs',
    parts: [
      { key: 'jobsSucceeded', tone: 'good' },
      { key: 'jobsFailed', tone: 'bad' },
    ],
    words: number,
    whole: true,
    now: total((step) => step.jobsSucceeded + step.jobsFailed),
  },
  {
    name: 'tokens',
    parts: [{ key: 'tokens', tone: 'plain' }],
    words: number,
    whole: true,
    now: total((step) => step.llmTokens),
  },
  {
    name: 'cost',
    parts: [{ key: 'cost', tone: 'plain' }],
    words: dollars,
    now: total((step) => step.llmCostUsd),
  },
]
