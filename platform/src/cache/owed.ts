import type { Redis } from 'ioredis'
import { store, unlinkPrefix, up } from './redis-commands.ts'

/** What Redis could not be told while it was away; undefined means "this key is out of date". */
type Write = { text: string; ttlMs: number | undefined }
type Debt = (Write & { since: number }) | undefined

const MAX_KEYS = 10_000
/** The library's records of invalidated tags: these must be written, not dropped. */
const TAG_KEY = '___bc:t:'

/**
 * Remembers writes and deletions that failed, and makes good when Redis is back: otherwise it would serve values that
 * were replaced or purged in the meantime. Past 10,000 keys the whole cache is cleared instead.
 */
export type Owed = {
  unlessDone(key: string, write: Write | undefined, work: () => Promise<boolean>): Promise<boolean>
  prefix(prefix: string): void
  /** Pays all that is owed. Resolves to whether anything was. */
  settle(redis: Redis): Promise<boolean>
}

export function createOwed(root: string): Owed {
  const keys = new Map<string, Debt>()
  const prefixes = new Set<string>()
  const owe = (key: string, debt: Debt) => {
    keys.set(key, debt)
    if (keys.size <= MAX_KEYS) return
    keys.clear()
    prefixes.add(root)
  }
  return {
    async unlessDone(key, write, work) {
      try {
        return await work()
      } catch (error) {
        const keep = write !== undefined && key.includes(TAG_KEY)
        owe(key, keep ? { ...write, since: Date.now() } : undefined)
        throw error
      }
    },
    prefix: (prefix) => void prefixes.add(prefix),
    async settle(redis) {
      const any = prefixes.size + keys.size > 0
      for (const prefix of [...prefixes]) {
        await unlinkPrefix(redis, prefix)
        prefixes.delete(prefix)
      }
      for (const [key, debt] of [...keys]) {
        if (debt === undefined) await up(redis).unlink(key)
        else await store(redis, key, debt.text, remaining(debt))
        // Another failure of the same key may have come in while we were writing.
        if (keys.get(key) === debt) keys.delete(key)
      }
      return any
    },
  }
}

function remaining({ ttlMs, since }: Write & { since: number }): number | undefined {
  return ttlMs === undefined ? undefined : ttlMs - (Date.now() - since)
}
