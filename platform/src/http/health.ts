import { sql } from 'kysely'
import type { Database } from '../data/index.ts'

export type Check = { status: 'up' | 'down' | 'off'; latencyMs?: number; detail?: string }
export type Probe = () => Promise<Check>

const PROBE_TIMEOUT_MS = 2000

/** Measures one dependency; a probe that hangs counts as down. */
export async function measure(probe: () => Promise<unknown>): Promise<Check> {
  const started = performance.now()
  let timer: NodeJS.Timeout | undefined
  try {
    await Promise.race([
      probe(),
      new Promise((_resolve, reject) => {
        timer = setTimeout(() => reject(new Error('timed out')), PROBE_TIMEOUT_MS)
      }),
    ])
    return { status: 'up', latencyMs: Math.round((performance.now() - started) * 10) / 10 }
  } catch {
    // The reason goes to the log where it happens; strangers who read /health learn nothing.
    return { status: 'down', latencyMs: Math.round(performance.now() - started) }
  } finally {
    clearTimeout(timer)
  }
}

export function databaseProbe(db: Database): Probe {
  return () => measure(() => sql`select 1`.execute(db))
}
