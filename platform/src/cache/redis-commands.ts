import type { Cluster, Redis } from 'ioredis'

const SCAN_COUNT = 500

/** Fails at once while Redis is away, instead of waiting for a command's time limit. */
export function up(redis: Redis): Redis {
  if (redis.status === 'ready') return redis
  throw new Error(`Redis is away (${redis.status})`)
}

export async function store(
  redis: Redis,
  key: string,
  text: string,
  ttlMs: number | undefined,
): Promise<boolean> {
  if (ttlMs === undefined) return (await up(redis).set(key, text)) === 'OK'
  return (await up(redis).set(key, text, 'PX', Math.max(1, Math.ceil(ttlMs)))) === 'OK'
}

/** Removes every key that begins with the prefix, on every master of a cluster, without blocking Redis. */
export async function unlinkPrefix(redis: Redis, prefix: string): Promise<void> {
  const pattern = `${prefix.replace(/[\\*?[\]]/g, '\\$&')}*`
  await Promise.all(mastersOf(up(redis)).map((node) => unlinkMatching(node, pattern)))
}

async function unlinkMatching(node: Redis, pattern: string): Promise<void> {
  let cursor = '0'
  do {
    const [next, keys] = await node.scan(cursor, 'MATCH', pattern, 'COUNT', SCAN_COUNT)
    // One by one: in a cluster two keys of one command must share a slot.
    await Promise.all(keys.map((key) => node.unlink(key)))
    cursor = next
  } while (cursor !== '0')
}

function mastersOf(redis: Redis): Redis[] {
  return redis.isCluster ? (redis as unknown as Cluster).nodes('master') : [redis]
}
