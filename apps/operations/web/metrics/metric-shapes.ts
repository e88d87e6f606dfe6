export type MetricStep = {
  at: string
  requests: number
  failed: number
  refused: number
  p95Ms: number | null
  loopDelayMs: number
  rssBytes: number
  connections: number
  activeUsers: number
  jobsSucceeded: number
  jobsFailed: number
  llmTokens: number
  llmCostUsd: number
}

/** `stepSeconds`: how long a bar is. */
export type MetricHistory = { items: MetricStep[]; stepSeconds: number }
