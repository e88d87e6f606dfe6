import { AsyncLocalStorage } from 'node:async_hooks'

/** Whether the trace that came in is recorded by its caller. A symbol: it is no part of a line. */
export const TRACE_SAMPLED = Symbol('trace sampled')

/** What every line of one request or job carries. */
export type LogContext = {
  requestId?: string
  traceId?: string
  userId?: string
  [TRACE_SAMPLED]?: boolean
}

const storage = new AsyncLocalStorage<LogContext>()

/**
 * Runs `run` so that every line logged inside it, also after an await, carries the given ids. A nested call adds to what is there.
 *
 * @example await withLogContext({ requestId: 'req_7' }, () => handle(request))
 */
export function withLogContext<T>(context: LogContext, run: () => T): T {
  const outer = storage.getStore()
  return storage.run(outer === undefined ? context : { ...outer, ...context }, run)
}

/** The ids of the request or job that runs now, or undefined outside of one. */
export function logContext(): LogContext | undefined {
  return storage.getStore()
}
