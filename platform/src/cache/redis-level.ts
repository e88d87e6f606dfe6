import type { L2CacheDriver } from 'bentocache/types'
import type { Redis } from 'ioredis'
import type { Owed } from './owed.ts'
import { store, unlinkPrefix, up } from './redis-commands.ts'

/** The Redis level under one prefix, as the library wants it. Every command is for one key: a cluster may hold it. */
export function redisLevel(redis: Redis, owed: Owed, prefix: string): L2CacheDriver {
  const full = (key: string) => `${prefix}:${key}`
  return {
    type: 'l2',
    namespace: (name) => redisLevel(redis, owed, full(name)),
    async get(key) {
      return (await up(redis).get(full(key))) ?? undefined
    },
    async pull(key) {
      return (await up(redis).getdel(full(key))) ?? undefined
    },
    set: (key, text, ttlMs) =>
      owed.unlessDone(full(key), { text, ttlMs }, () => store(redis, full(key), text, ttlMs)),
    delete: (key) =>
      owed.unlessDone(full(key), undefined, async () => (await up(redis).unlink(full(key))) > 0),
    async deleteMany(keys) {
      await Promise.all(keys.map((key) => this.delete(key)))
      return true
    },
    clear: () => unlinkPrefix(redis, full('')),
    disconnect: () => Promise.resolve(),
  }
}
