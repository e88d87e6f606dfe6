import type { Logger } from '../log/index.ts'
import type { FileStore } from './store.ts'
import { sweep } from './sweep.ts'

const FIRST_AFTER_MS = 60_000
const EVERY_MS = 3_600_000

/** Sweeps soon after the start and then every hour, until stopped. Never keeps a process alive. */
export function startSweeper(deps: {
  store: FileStore
  clock: () => number
  log: Logger
}): () => Promise<void> {
  let running: Promise<void> | undefined
  const round = () => {
    running ??= sweepOnce(deps).finally(() => {
      running = undefined
    })
  }
  const first = setTimeout(round, FIRST_AFTER_MS).unref()
  const timer = setInterval(round, EVERY_MS).unref()
  return async () => {
    clearTimeout(first)
    clearInterval(timer)
    await running
  }
}

async function sweepOnce({ store, clock, log }: Parameters<typeof startSweeper>[0]): Promise<void> {
  try {
    const { deleted, leftovers } = await sweep(store, clock)
    if (deleted + leftovers > 0) log.info('files.swept', { deleted, leftovers })
  } catch (error) {
    log.warn('files.sweep_failed', { err: error })
  }
}
