import type { Logger } from '../log/index.ts'

export type Repeated = { stop(): Promise<void> }

/**
 * Runs `work` now and again after every pause of `ms`, never twice at once. A failure is said once,
 * not at every round, and goes on being tried: the database may come back.
 */
export function every(
  ms: number,
  log: Logger,
  event: string,
  work: () => Promise<unknown>,
): Repeated {
  let timer: NodeJS.Timeout | undefined
  let stopped = false
  let failing = false
  let running: Promise<void> | undefined
  const round = async (): Promise<void> => {
    try {
      await work()
      failing = false
    } catch (error) {
      if (!failing) log.error(event, { err: error })
      failing = true
    }
  }
  const run = (): void => {
    running = round().finally(() => {
      if (!stopped) timer = setTimeout(run, ms)
    })
  }
  run()
  return {
    async stop() {
      stopped = true
      clearTimeout(timer)
      await running
    },
  }
}
