import type { Trust } from './resolve.ts'

/** How a call ended, for a counter's label. */
export type CallOutcome =
  | 'ok'
  | 'client_error'
  | 'server_error'
  | 'refused'
  | 'timeout'
  | 'aborted'
  | 'failed'
  | 'circuit_open'

export type CallObservation = {
  /** A configured host, `other` past the first 50 of them, `user` for every host users name. */
  host: string
  service: string
  method: string
  outcome: CallOutcome
  /** The HTTP status, 0 if there was no answer. */
  status: number
  /** Until the headers were there. */
  durationMs: number
}

/** Where the numbers go; a thin wrapper of counters and histograms implements it. */
export type OutboundMetrics = { observe(call: CallObservation): void }

const MAX_HOSTS = 50
const METHODS: ReadonlySet<string> = new Set('GET HEAD POST PUT PATCH DELETE OPTIONS'.split(' '))

/** Gives each call labels of bounded cardinality: users and remote servers choose no label. */
export function createLabeller(): (
  host: string,
  trust: Trust,
  method: string,
) => { host: string; method: string } {
  const hosts = new Set<string>()
  return (host, trust, method) => {
    if (trust === 'config' && hosts.size < MAX_HOSTS) hosts.add(host)
    const label = trust === 'user' ? 'user' : hosts.has(host) ? host : 'other'
    return { host: label, method: METHODS.has(method) ? method : 'OTHER' }
  }
}
