import type { ConsoleServices } from '../config.ts'
import { gatewayTables } from './tables.ts'

const EVERY_MS = 3_600_000
const FIRST_AFTER_MS = 60_000
const BATCH = 5000

/** Removes old entries of the record, sessions that ended or were forgotten, and old Inspector runs. */
export function startRetention(services: ConsoleServices): () => void {
  const run = (): void => {
    removeOld(services).catch((error: unknown) =>
      services.log.warn('gateway.retention_failed', { err: error }),
    )
  }
  const first = setTimeout(run, FIRST_AFTER_MS).unref()
  const timer = setInterval(run, EVERY_MS).unref()
  return () => {
    clearTimeout(first)
    clearInterval(timer)
  }
}

export async function removeOld(services: ConsoleServices): Promise<void> {
  const db = gatewayTables(services.db)
  const now = services.clock()
  const { callRetentionMs, gatewaySessionIdleMs } = services.appConfig
  const before = new Date(now - callRetentionMs)
  // In small pieces: a long delete would hold up the calls' own inserts.
  for (;;) {
    const { numDeletedRows } = await db
      .deleteFrom('mcp_console.gateway_calls')
      .where('id', 'in', (eb) =>
        eb
          .selectFrom('mcp_console.gateway_calls')
          .select('id')
          .where('at', '<', before)
          .limit(BATCH),
      )
      .executeTakeFirst()
    if (numDeletedRows < BATCH) break
  }
  await db.deleteFrom('mcp_console.inspector_runs').where('at', '<', before).execute()
  await db
    .deleteFrom('mcp_console.gateway_sessions')
    .where('last_seen_at', '<', new Date(now - gatewaySessionIdleMs))
    .execute()
}
