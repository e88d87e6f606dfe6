import type { FileStore } from './store.ts'

/** A store that is made at its first use, and again at the next one when making it failed. */
export function lazyStore(kind: FileStore['kind'], make: () => Promise<FileStore>): FileStore {
  let made: Promise<FileStore> | undefined
  const store = () => {
    made ??= make().catch((error: unknown) => {
      made = undefined
      throw error
    })
    return made
  }
  return {
    kind,
    put: async (key, source, options) => (await store()).put(key, source, options),
    get: async (key, range) => (await store()).get(key, range),
    stat: async (key) => (await store()).stat(key),
    list: async (prefix, cursor, limit) => (await store()).list(prefix, cursor, limit),
    delete: async (key) => (await store()).delete(key),
    copy: async (from, to) => (await store()).copy(from, to),
    presign: async (key, options) => (await store()).presign?.(key, options),
    sweepLeftovers: async (before) => (await store()).sweepLeftovers(before),
    probe: async () => (await store()).probe(),
  }
}
