import { createKeyRing } from '../../keys/index.ts'
import { createLogger, Secret } from '../../log/index.ts'
import { createMetrics } from '../../observe/index.ts'
import { type Cache, createCache, createRedis, type Redis } from '../index.ts'

export type TestCache = AsyncDisposable & {
  cache: Cache
  redis: Redis | undefined
  lines: string[]
  metric(name: string): Promise<number>
}

/** What one process has: its own memory, and Redis where an address is given. */
export async function testCache(
  options: { redisUrl?: string; memoryBytes?: number; keyIds?: string[] } = {},
): Promise<TestCache> {
  const lines: string[] = []
  const log = createLogger({
    destination: { write: (line) => lines.push(line) },
    level: 'debug',
    pretty: false,
    sync: true,
  })
  const closers: (() => Promise<void> | void)[] = []
  const onClose = (_name: string, close: () => Promise<void> | void) => void closers.push(close)
  const { redisUrl, memoryBytes = 1024 * 1024, keyIds = ['k1'] } = options
  const config = {
    redisUrl: redisUrl === undefined ? undefined : new Secret(redisUrl, { register: false }),
    memoryBytes,
  }
  const redis = await createRedis({ config, log, onClose })
  const metrics = createMetrics()
  const ring = keyIds.map((id) => ({ id, key: Buffer.alloc(32, id) }))
  const keys = createKeyRing(ring, 'x'.repeat(32))
  const cache = createCache({ config: { cache: config }, redis, keys, log, metrics, onClose })
  return {
    cache,
    redis,
    lines,
    metric: async (name) => {
      const lineOf = (await metrics.expose())
        .split('\n')
        .find((line) => line.startsWith(`${name}{`))
      return Number(lineOf?.split(' ').at(-1) ?? 0)
    },
    [Symbol.asyncDispose]: async () => {
      for (const close of closers.reverse()) await close()
    },
  }
}

/** Polls until the condition holds; fails after 20 seconds. */
export async function eventually(condition: () => Promise<boolean> | boolean): Promise<void> {
  const deadline = Date.now() + 20_000
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error('the condition did not come true within 20 s')
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}
