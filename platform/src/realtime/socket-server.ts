import { createServer } from 'node:http'
import { openPatientRedis, type Redis } from '../cache/index.ts'
import type { Logger, Secret } from '../log/index.ts'
import type { RealtimeConfig } from './config.ts'
import { REALTIME_PATH } from './handshake.ts'
import type { LiveServer } from './protocol.ts'

const STREAM = 'minato:realtime'
/** Redis itself gives up waiting after this long; then the reading starts anew. */
const BLOCK_MS = 5000

/** Socket.IO without a listener of its own; with a Redis address it speaks for all processes together. */
export async function openSocketServer(options: {
  config: RealtimeConfig
  redisUrl: Secret | undefined
  log: Logger
}): Promise<{ io: LiveServer; close(): Promise<void> }> {
  const { Server } = await import('socket.io')
  const { config, redisUrl, log } = options
  const redis = redisUrl === undefined ? undefined : await patientClients(redisUrl, log)
  const io: LiveServer = new Server({
    path: `${REALTIME_PATH}/`,
    transports: config.longPolling ? ['polling', 'websocket'] : ['websocket'],
    maxHttpBufferSize: config.maxMessageBytes,
    serveClient: false,
    pingInterval: 20_000,
    pingTimeout: 20_000,
    ...(redis === undefined ? {} : { adapter: await adapterOn(redis.first) }),
  })
  // Never listens: connections come in through the web server's own route.
  io.attach(createServer())
  return {
    io,
    async close() {
      await io.close()
      redis?.disconnect()
    },
  }
}

async function adapterOn(connection: Redis) {
  const { createAdapter } = await import('@socket.io/redis-streams-adapter')
  return createAdapter(connection, {
    streamName: STREAM,
    channelPrefix: STREAM,
    blockTimeInMs: BLOCK_MS,
    maxLen: 10_000,
  })
}

/**
 * The adapter asks again at once when a command fails, so its commands wait for Redis instead of
 * failing. What must not wait is not given to it while Redis is away. It makes clients of its own
 * from the first and leaves them waiting for Redis at the end: they are remembered and ended here.
 */
async function patientClients(redisUrl: Secret, log: Logger) {
  const first = await openPatientRedis(redisUrl.reveal())
  const all = [first]
  const duplicate = first.duplicate.bind(first)
  first.duplicate = (...options) => {
    const copy = duplicate(...options)
    all.push(copy)
    return copy
  }
  first.on('error', (error: Error) => log.debug('realtime.redis_error', { err: error }))
  return {
    first,
    disconnect() {
      for (const client of all) client.disconnect()
    },
  }
}
