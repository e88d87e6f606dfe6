import type { Sample } from './exposition.ts'

/** Seconds, as the HTTP histogram has them. */
export const DURATION_BOUNDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.5, 1, 2.5, 5, 10, 30, 60]

/** What a process has done since its start, and how it is now. */
export type Figures = {
  requests: number
  failed: number
  refused: number
  durations: number[]
  jobsSucceeded: number
  jobsFailed: number
  llmTokens: number
  llmCostUsd: number
  loopDelayMs: number
  rssBytes: number
  connections: number
  activeUsers: number
}

/** Probes are no requests of people; streams and models take the time of others. */
const UNCOUNTED = /^(\/health\/.*|\/metrics|unmatched)$/
const NOT_OURS = /(\/stream|\/messages|\/probe)$|^\/v1\/|^\/mcp/

/** Reads the essentials out of the process's own exposition: no concern needs to know of charts. */
export function figuresOf(samples: readonly Sample[]): Figures {
  const sum = (name: string, keep: (labels: Sample['labels']) => boolean = () => true) =>
    samples.reduce(
      (total, sample) =>
        sample.name === name && keep(sample.labels) ? total + sample.value : total,
      0,
    )
  const counted = ({ route = '' }: Sample['labels']) => !UNCOUNTED.test(route)
  const withStatus = (status: RegExp) =>
    sum('http_requests_total', (labels) => counted(labels) && status.test(labels['status'] ?? ''))
  return {
    requests: sum('http_requests_total', counted),
    failed: withStatus(/^5/),
    refused: withStatus(/^(401|403|429)$/),
    durations: durationsOf(samples),
    jobsSucceeded: sum('jobs_finished_total', ({ state }) => state === 'succeeded'),
    jobsFailed: sum('jobs_finished_total', ({ state }) => state === 'failed'),
    llmTokens: sum('llm_tokens_total'),
    llmCostUsd: sum('llm_cost_usd_total'),
    loopDelayMs: sum('process_event_loop_delay_seconds') * 1000,
    rssBytes: sum('process_resident_memory_bytes'),
    connections: sum('realtime_connections'),
    activeUsers: sum('active_users'),
  }
}

/** Counts by bucket, each request once: the exposition's own add up. */
function durationsOf(samples: readonly Sample[]): number[] {
  const bounds = [...DURATION_BOUNDS.map(String), '+Inf']
  const upTo = bounds.map(() => 0)
  for (const { name, labels, value } of samples) {
    if (name !== 'http_request_duration_seconds_bucket') continue
    const { route = '', le = '' } = labels
    const index = bounds.indexOf(le)
    if (index === -1 || UNCOUNTED.test(route) || NOT_OURS.test(route)) continue
    upTo[index] = (upTo[index] ?? 0) + value
  }
  return upTo.map((count, index) => count - (upTo[index - 1] ?? 0))
}

/** What happened between two readings; what is measured now is taken as it is. */
export function between(before: Figures, now: Figures): Figures {
  return {
    ...now,
    requests: now.requests - before.requests,
    failed: now.failed - before.failed,
    refused: now.refused - before.refused,
    durations: now.durations.map((count, index) => count - (before.durations[index] ?? 0)),
    jobsSucceeded: now.jobsSucceeded - before.jobsSucceeded,
    jobsFailed: now.jobsFailed - before.jobsFailed,
    llmTokens: now.llmTokens - before.llmTokens,
    llmCostUsd: now.llmCostUsd - before.llmCostUsd,
  }
}

/**
 * The duration under which that share of the requests stayed, in milliseconds, taken as even within
 * a bucket; null without requests.
 */
export function quantileMs(durations: readonly number[], share: number): number | null {
  const total = durations.reduce((sum, count) => sum + count, 0)
  if (total === 0) return null
  let passed = 0
  for (const [index, count] of durations.entries()) {
    if (count === 0 || passed + count < share * total) {
      passed += count
      continue
    }
    const lower = DURATION_BOUNDS[index - 1] ?? 0
    const upper = DURATION_BOUNDS[index] ?? lower
    return Math.round((lower + (upper - lower) * ((share * total - passed) / count)) * 1000)
  }
  return null
}
