import { randomUUID } from 'node:crypto'
import type { Services } from '@minato/platform/app'
import { isObject, type Message } from './json-rpc.ts'

const CHANNEL = 'minato:mcp-console:gateway'

/** What processes tell one another. */
export type News =
  /** A client's answer to what process `to` asked it. */
  | { topic: 'reply'; to: string; sessionId: string; message: Message }
  /** For whoever holds the session's stream. */
  | { topic: 'notify'; sessionId: string; message: Message }
  | { topic: 'cancel'; sessionId: string; requestId: string | number }
  | { topic: 'session'; sessionId: string }
  /** For the process that holds the session's stream: it listens from now on. */
  | { topic: 'subscribed'; sessionId: string; subscriptions: string[] }
  | { topic: 'profiles' }
  | { topic: 'pins'; ref: string }

export type Bus = {
  /** Unlike in every process. */
  readonly id: string
  /** To all processes, this one included. */
  publish(news: News): void
  subscribe(listener: (news: News) => void): void
  close(): void
}

/**
 * Several web processes serve one client: what one of them hears for another goes through Redis.
 * Without Redis there is one process, and everything is heard here.
 */
export function createBus({ redis, log }: Pick<Services, 'redis' | 'log'>): Bus {
  const id = randomUUID().slice(0, 8)
  const listeners: ((news: News) => void)[] = []
  const deliver = (news: News): void => {
    for (const listener of listeners) listener(news)
  }
  // A subscribed connection can do nothing else, so it needs its own.
  const subscriber = redis?.duplicate({ lazyConnect: true, autoResubscribe: false })
  subscriber?.on('error', (error) => log.debug('gateway.bus_error', { err: error }))
  subscriber?.on('message', (_channel, text) => {
    const { from, news } = parse(text)
    if (news !== undefined && from !== id) deliver(news)
  })
  // At the first connection and after every loss, also when Redis was away at the start.
  subscriber?.on('ready', () => {
    subscriber.subscribe(CHANNEL).then(
      // What was said meanwhile is unknown: what can be read again is.
      () => deliver({ topic: 'profiles' }),
      (error: unknown) => log.warn('gateway.bus_not_subscribed', { err: error }),
    )
  })
  // ioredis keeps trying; failures are told by `error` above.
  subscriber?.connect().catch(() => undefined)
  return {
    id,
    publish(news) {
      deliver(news)
      redis?.publish(CHANNEL, JSON.stringify({ from: id, news })).catch((error: unknown) => {
        log.warn('gateway.news_not_sent', { topic: news.topic, err: error })
      })
    },
    subscribe: (listener) => void listeners.push(listener),
    close: () => subscriber?.disconnect(),
  }
}

/** Only this system's own processes write to the channel; a line of an older release is skipped. */
function parse(text: string): { from: unknown; news: News | undefined } {
  try {
    const value: unknown = JSON.parse(text)
    if (!isObject(value) || !isObject(value['news'])) return { from: undefined, news: undefined }
    return { from: value['from'], news: value['news'] as News }
  } catch {
    return { from: undefined, news: undefined }
  }
}
