import { OutboundError } from './errors.ts'
import { type CallOutcome, createLabeller, type OutboundMetrics } from './metrics.ts'
import type { Trust } from './resolve.ts'

/** What we need of a logger: one event name a line, fields beside it. */
export type OutboundLogger = {
  debug(event: string, fields?: object): void
  info(event: string, fields?: object): void
  warn(event: string, fields?: object): void
  error(event: string, fields?: object): void
}

/** Tells log and metrics of each exchange: host and status, never path, query or credentials. */
export type Observer = {
  refused(error: OutboundError, trust: Trust, service: string, method: string): void
  start(
    url: URL,
    trust: Trust,
    service: string,
    method: string,
  ): { answered(status: number): void; failed(error: unknown): void }
}

export function createObserver(
  log: OutboundLogger | undefined,
  metrics: OutboundMetrics | undefined,
  clock: () => number,
): Observer {
  const labels = createLabeller()
  return {
    refused: (error, trust, service, method) => {
      const outcome = error.code === 'OUTBOUND_CIRCUIT_OPEN' ? 'circuit_open' : 'refused'
      const label = labels(error.host, trust, method.toUpperCase())
      metrics?.observe({ ...label, service, outcome, status: 0, durationMs: 0 })
      log?.warn('outbound.refused', { host: error.host, trust, service, code: error.code })
    },
    start: (url, trust, service, method) => {
      const startedAt = clock()
      const label = labels(url.hostname, trust, method)
      const common = { host: url.host, trust, service, method }
      const observe = (outcome: CallOutcome, status: number): number => {
        const durationMs = Math.round(clock() - startedAt)
        metrics?.observe({ ...label, service, outcome, status, durationMs })
        return durationMs
      }
      return {
        answered: (status) => {
          const durationMs = observe(outcomeOf(status), status)
          log?.debug('outbound.answered', { ...common, status, durationMs })
        },
        failed: (error) => {
          const outcome = failureOf(error)
          const durationMs = observe(outcome, 0)
          const code = error instanceof OutboundError ? error.code : 'other'
          log?.warn('outbound.failed', { ...common, outcome, code, durationMs })
        },
      }
    },
  }
}

function outcomeOf(status: number): CallOutcome {
  if (status >= 500) return 'server_error'
  return status >= 400 ? 'client_error' : 'ok'
}

function failureOf(error: unknown): CallOutcome {
  if (!(error instanceof OutboundError)) return 'aborted'
  if (error.code === 'OUTBOUND_TIMEOUT') return 'timeout'
  return error.status === 422 ? 'refused' : 'failed'
}
