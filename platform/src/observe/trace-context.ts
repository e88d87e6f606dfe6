import { randomBytes } from 'node:crypto'
import { logContext, TRACE_SAMPLED } from '../log/index.ts'

/** The trace that a request or a job belongs to (W3C Trace Context). */
export type Trace = { traceId: string; sampled: boolean }

/** Set by `tracing.ts` where traces are recorded: the span that is active now. */
export type ActiveSpan = () => (Trace & { spanId: string }) | undefined

/** Shared over a symbol, so that nothing of OpenTelemetry is loaded where tracing is off. */
const TRACING = Symbol.for('minato.tracing')
const shared = globalThis as { [TRACING]?: ActiveSpan }

export function setActiveSpan(active: ActiveSpan): void {
  shared[TRACING] = active
}

const TRACEPARENT = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/

/**
 * What a `traceparent` header says; undefined for one that the standard tells to ignore.
 *
 * @example readTraceparent('00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01')
 */
export function readTraceparent(header: string | undefined): Trace | undefined {
  if (header === undefined) return undefined
  const match = TRACEPARENT.exec(header)
  if (match === null) return undefined
  const [, version = '', traceId = '', parentId = '', flags = '', more] = match
  if (version === 'ff' || (version === '00' && more !== undefined)) return undefined
  if (/^0+$/.test(traceId) || /^0+$/.test(parentId)) return undefined
  return { traceId, sampled: (Number.parseInt(flags, 16) & 1) === 1 }
}

/** The trace of a request that has just come in, or undefined where nobody traces it. */
export function traceOf(traceparent: string | undefined): Trace | undefined {
  return shared[TRACING]?.() ?? readTraceparent(traceparent)
}

/**
 * The header for a call to another system: it continues the trace of the request that runs now. A
 * request that came without one is a trace of its own, named by its request id.
 */
export function outgoingTraceparent(): string | undefined {
  const span = shared[TRACING]?.()
  if (span !== undefined) return format(span.traceId, span.spanId, span.sampled)
  const context = logContext()
  const traceId = context?.traceId ?? context?.requestId?.replaceAll('-', '')
  if (traceId === undefined || !/^[0-9a-f]{32}$/.test(traceId)) return undefined
  return format(traceId, randomBytes(8).toString('hex'), context?.[TRACE_SAMPLED] === true)
}

function format(traceId: string, spanId: string, sampled: boolean): string {
  return `00-${traceId}-${spanId}-${sampled ? '01' : '00'}`
}
