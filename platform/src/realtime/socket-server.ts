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
  const connection = redisUrl === undefined ? undefined : await patientClient(redisUrl, log)
  const io: LiveServer = new Server({
    path: `${REALTIME_PATH}/`,
    transports: config.longPolling ? ['polling', 'websocket'] : ['websocket'],
    maxHttpBufferSize: config.maxMessageBytes,
    serveClient: false,
    pingInterval: 20_000,
    pingTimeout: 20_000,
    ...(connection === undefined ? {} : { adapter: await adapterOn(connection) }),
  })
  // Never listens: connections come in through the web server's own route.
  io.attach(createServer())
  return {
    io,
    async close() {
      await io.close()
      connection?.disconnect()
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
 * failing. What must not wait is not given to it while Redis is away.
 */
async function patientClient(redisUrl: Secret, log: Logger): Promise<Redis> {
  const client = await openPatientRedis(redisUrl.reveal())
  client.on('error', (error: Error) => log.debug('realtime.redis_error', { err: error }))
  return client
}
