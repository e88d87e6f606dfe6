import { Fault } from './fault.ts'

type Limits = { totalMs: number; firstTokenMs: number; idleMs: number; signal?: AbortSignal }

/**
 * The clock of one call: one signal that fires when the caller cancels, when the whole call takes
 * too long, when no token comes, or when a stream falls silent. Aborting it closes the connection.
 */
export function createDeadline(limits: Limits) {
  const controller = new AbortController()
  const { signal: caller } = limits
  const startedAt = performance.now()
  const expire = (ms: number) => () =>
    controller.abort(new Fault('LLM_TIMEOUT', { params: { seconds: ms / 1000 } }))
  const cancel = () => controller.abort(caller?.reason)
  const total = setTimeout(expire(limits.totalMs), limits.totalMs)
  let quiet: NodeJS.Timeout | undefined
  let phase: 'off' | 'first' | 'idle' = 'off'
  if (caller?.aborted) cancel()
  else caller?.addEventListener('abort', cancel, { once: true })
  return {
    signal: controller.signal,
    /** Milliseconds left of the whole call. */
    leftMs: () => Math.max(0, limits.totalMs - (performance.now() - startedAt)),
    /** A request went out: the wait for its first token begins. */
    sent(): void {
      clearTimeout(quiet)
      phase = 'first'
      quiet = setTimeout(expire(limits.firstTokenMs), limits.firstTokenMs)
    },
    /** Bytes came. Before the first token they do not count: heartbeats are no answer. */
    bytes(): void {
      if (phase === 'idle') quiet?.refresh()
    },
    /** The first token came: from here on only silence counts. */
    token(): void {
      if (phase === 'idle') return
      clearTimeout(quiet)
      phase = 'idle'
      quiet = setTimeout(expire(limits.idleMs), limits.idleMs)
    },
    /** The attempt ended; only the whole call's limit stays. */
    rest(): void {
      clearTimeout(quiet)
      phase = 'off'
    },
    cancelled: () => caller?.aborted === true,
    close(): void {
      clearTimeout(total)
      clearTimeout(quiet)
      caller?.removeEventListener('abort', cancel)
    },
    /** Closes the connection, if there still is one. */
    abort: () => controller.abort(),
  }
}

export type Deadline = ReturnType<typeof createDeadline>
