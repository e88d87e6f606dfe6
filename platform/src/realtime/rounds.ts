import type { Logger } from '../log/index.ts'

export type Rounds = { now(): void; stop(): void }

/** Work again and again with a pause between, never twice at once; a failure is logged and the next round comes. */
export function rounds(log: Logger, pauseMs: () => number, work: () => Promise<void>): Rounds {
  let stopped = false
  let busy = false
  let timer = setTimeout(run, pauseMs()).unref()
  function run(): void {
    if (busy || stopped) return
    busy = true
    clearTimeout(timer)
    void work()
      .catch((error: unknown) => log.warn('realtime.round_failed', { err: error }))
      .finally(() => {
        busy = false
        if (!stopped) timer = setTimeout(run, pauseMs()).unref()
      })
  }
  return {
    now: run,
    stop() {
      stopped = true
      clearTimeout(timer)
    },
  }
}
