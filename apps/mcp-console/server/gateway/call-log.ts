import type { Services } from '@minato/platform/app'
import type { Insertable } from 'kysely'
import type { GatewayDatabase, GatewayTables } from './tables.ts'

export type CallEntry = Insertable<GatewayTables['mcp_console.gateway_calls']>

const WRITE_EVERY_MS = 250
const BATCH = 200
/** While the database does not take entries, calls are refused rather than left off the record. */
const MAX_WAITING = 20_000

/**
 * The record of calls. Written in batches beside the calls, at most a quarter of a second later: a
 * process that is killed loses that much.
 */
export function createCallLog({ db, log }: { db: GatewayDatabase; log: Services['log'] }) {
  let waiting: CallEntry[] = []
  let writing: Promise<void> | undefined
  const flush = async (): Promise<void> => {
    while (waiting.length > 0) {
      const batch = waiting.splice(0, BATCH)
      try {
        await db.insertInto('mcp_console.gateway_calls').values(batch).execute()
      } catch (error) {
        waiting = [...batch, ...waiting]
        throw error
      }
    }
  }
  const write = (): Promise<void> => {
    writing ??= flush().finally(() => {
      writing = undefined
    })
    return writing
  }
  const timer = setInterval(() => {
    if (waiting.length === 0) return
    write().catch((error: unknown) =>
      log.warn('gateway.calls_not_recorded', { waiting: waiting.length, err: error }),
    )
  }, WRITE_EVERY_MS).unref()
  return {
    full: () => waiting.length >= MAX_WAITING,
    add(entry: CallEntry): void {
      waiting.push(entry)
    },
    flush: write,
    async close(): Promise<void> {
      clearInterval(timer)
      await write()
    },
  }
}

export type CallLog = ReturnType<typeof createCallLog>
