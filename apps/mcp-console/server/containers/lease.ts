import type { ConsoleServices } from '../config.ts'
import { LEASE_MS } from './reserve.ts'
import { containerTables } from './store.ts'

const EXTEND_EVERY_MS = LEASE_MS / 3

export type Lease = {
  /** Aborted with the given signal, and when the row is gone. */
  signal: AbortSignal
  end(): void
}

/**
 * Keeps the row of a container while something works on it. A process that dies stops doing so, and the clean-up of any
 * other takes over once the lease has run out.
 */
export function keepLease(services: ConsoleServices, id: string, signal: AbortSignal): Lease {
  const lost = new AbortController()
  const extend = async () => {
    const kept = await containerTables(services.db)
      .updateTable('mcp_console.containers')
      .set({ lease_until: new Date(services.clock() + LEASE_MS) })
      .where('id', '=', id)
      .where('state', '<>', 'ready')
      .executeTakeFirst()
    if (kept.numUpdatedRows === 0n) lost.abort(new Error('The container was removed meanwhile.'))
  }
  const quietly = () =>
    void extend().catch((error) => services.log.warn('mcp_console.lease_failed', { err: error }))
  quietly()
  const timer = setInterval(quietly, EXTEND_EVERY_MS).unref()
  return { signal: AbortSignal.any([signal, lost.signal]), end: () => clearInterval(timer) }
}
