import type { Metrics } from '../observe/index.ts'
import { score } from './guard/index.ts'
import type { Lane, Usage } from './types.ts'

export type LlmMetrics = {
  call(ended: {
    model: string
    lane: Lane | null
    outcome: string
    usage: Usage
    durationMs: number
    firstTokenMs: number | null
  }): void
}

const FIRST_TOKEN_SECONDS = [0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 30]
const DURATION_SECONDS = [0.1, 0.25, 0.5, 1, 2, 5, 10, 30, 60, 120]

/** Tokens, cost and latency by model. Models come from configuration: few label values. */
export function createLlmMetrics(metrics: Metrics | undefined): LlmMetrics {
  if (metrics === undefined) return { call() {} }
  const calls = metrics.counter({
    name: 'llm_calls_total',
    help: 'Calls to models by outcome',
    labelNames: ['model', 'lane', 'outcome'],
  })
  const tokens = metrics.counter({
    name: 'llm_tokens_total',
    help: 'Tokens read and written by models',
    labelNames: ['model', 'direction'],
  })
  const cost = metrics.counter({
    name: 'llm_cost_usd_total',
    help: 'Cost of calls to models in USD',
    labelNames: ['model'],
  })
  const labelNames = ['model']
  const firstToken = metrics.histogram({
    name: 'llm_first_token_seconds',
    help: 'From the call to the first token',
    labelNames,
    buckets: FIRST_TOKEN_SECONDS,
  })
  const duration = metrics.histogram({
    name: 'llm_duration_seconds',
    help: 'From the call to its end',
    labelNames,
    buckets: DURATION_SECONDS,
  })
  return {
    call({ model, lane, outcome, usage, durationMs, firstTokenMs }) {
      calls.inc({ model, lane: lane ?? 'none', outcome })
      tokens.inc({ model, direction: 'in' }, usage.inputTokens)
      tokens.inc({ model, direction: 'out' }, usage.outputTokens)
      cost.inc({ model }, usage.costUsd)
      duration.observe({ model }, durationMs / 1000)
      if (firstTokenMs !== null) firstToken.observe({ model }, firstTokenMs / 1000)
    },
  }
}

/** The guard's judgement, counted: many blocks are somebody who tries. */
export function countedScore(metrics: Metrics | undefined): typeof score {
  const verdicts = metrics?.counter({
    name: 'llm_guard_verdicts_total',
    help: 'Untrusted texts by what the guard made of them: allow, flag, block.',
    labelNames: ['verdict'],
  })
  for (const verdict of ['allow', 'flag', 'block']) verdicts?.inc({ verdict }, 0)
  return (text) => {
    const judged = score(text)
    verdicts?.inc({ verdict: judged.verdict })
    return judged
  }
}
