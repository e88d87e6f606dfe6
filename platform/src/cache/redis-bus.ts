import type { BusDriver } from 'bentocache/types'
import type { Redis } from 'ioredis'
import { z } from 'zod'

const CHANNEL = 'minato:cache'

const messageSchema = z.object({ from: z.string(), channel: z.string(), payload: z.unknown() })
type Handler = (payload: never) => void

export type RedisBus = {
  /** The door the library speaks through. */
  driver: BusDriver
  /** Tells every other process to forget what begins with the prefix. */
  announcePurge(prefix: string): Promise<void>
  /** Opens the subscription, and again after every loss of Redis. */
  open(): void
  close(): void
}

type Options = {
  redis: Redis
  /** Unlike in every process. */
  id: string
  onPurge: (prefix: string) => void
  /** Messages may have been missed since the connection was lost. */
  onGap: () => void
}

const PURGE = 'purge'

/** Tells the memory of other processes what changed, over one Redis channel. */
export function createRedisBus({ redis, id, onPurge, onGap }: Options): RedisBus {
  const handlers = new Map<string, Handler>([
    [PURGE, (prefix: unknown) => typeof prefix === 'string' && onPurge(prefix)],
  ])
  const onReconnect: (() => void)[] = []
  const subscriber = redis.duplicate()
  // `redis` itself tells the log when Redis goes and comes.
  subscriber.on('error', () => undefined)
  subscriber.on('message', (_channel: string, text: string) => receive(handlers, id, text))
  const publish = async (channel: string, payload: unknown) => {
    if (redis.status !== 'ready') throw new Error('Redis is away')
    await redis.publish(CHANNEL, JSON.stringify({ from: id, channel, payload }))
  }
  const driver: BusDriver = {
    setId: () => driver,
    publish: (channel, payload) => publish(channel, payload),
    async subscribe(channel, handler) {
      handlers.set(channel, handler as Handler)
    },
    async unsubscribe(channel) {
      handlers.delete(channel)
    },
    onReconnect: (callback) => void onReconnect.push(callback),
    disconnect: () => Promise.resolve(subscriber.disconnect()),
  }
  const open = () => {
    const subscribe = async () => {
      await subscriber.subscribe(CHANNEL)
      onGap()
      for (const callback of onReconnect) callback()
    }
    // A subscription that fails is made at the next 'ready'.
    subscriber.on('ready', () => void subscribe().catch(() => undefined))
    if (subscriber.status === 'ready') void subscribe().catch(() => undefined)
    if (subscriber.status === 'wait') void subscriber.connect().catch(() => undefined)
  }
  return {
    driver,
    announcePurge: (prefix) => publish(PURGE, prefix),
    open,
    close: () => subscriber.disconnect(),
  }
}

function receive(handlers: Map<string, Handler>, id: string, text: string): void {
  const parsed = messageSchema.safeParse(parseJson(text))
  if (!parsed.success || parsed.data.from === id) return
  handlers.get(parsed.data.channel)?.(parsed.data.payload as never)
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
