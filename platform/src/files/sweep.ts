import type { FileStore } from './store.ts'

/** Nothing under these prefixes is meant to live longer than a day. */
const SHORT_LIVED = ['temp/', 'quarantine/']
const LIFETIME_MS = 24 * 3_600_000
/** One sweep deletes at most this many; the next one goes on. */
const MAX_DELETIONS = 10_000

export type Swept = { deleted: number; leftovers: number }

/**
 * Deletes what is older than 24 hours in `temp/` and `quarantine/`, and what interrupted writes left behind.
 * Several processes may sweep at once: deleting twice is deleting once.
 */
export async function sweep(store: FileStore, clock: () => number): Promise<Swept> {
  const before = new Date(clock() - LIFETIME_MS)
  let deleted = 0
  for (const prefix of SHORT_LIVED) {
    let cursor: string | null = null
    do {
      const page = await store.list(prefix, cursor, 1000)
      for (const item of page.items) {
        if (item.modifiedAt >= before) continue
        await store.delete(item.key)
        deleted += 1
      }
      cursor = page.nextCursor
    } while (cursor !== null && deleted < MAX_DELETIONS)
  }
  return { deleted, leftovers: await store.sweepLeftovers(before) }
}
