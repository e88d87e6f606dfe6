import { setTimeout as delay } from 'node:timers/promises'
import type { FastifyInstance } from 'fastify'
import { endAllStreams } from '../http/index.ts'
import type { Booted } from './boot.ts'

const RECONNECT_SPREAD_MS = 3000

/** `draining`: not ready any more. `closing`: new requests are turned away. */
export type DrainState = { draining: boolean; closing: boolean }

/** What a stream's handler may still say, once it was told to end, before its connection is cut. */
const LAST_BYTES_MS = 1000
const LOOK_EVERY_MS = 50

/**
 * Ends a process without dropping anyone: not ready → stop accepting → requests and streams finish
 * within the deadline → workers, connections, database (in reverse order of their making).
 */
export async function drain(options: {
  server: FastifyInstance | undefined
  booted: Booted
  state: DrainState
  reason: string
}): Promise<void> {
  const { server, booted, state } = options
  const { log, config } = booted.services
  const { drainDelayMs, drainDeadlineMs } = config.http
  log.info('process.draining', { reason: options.reason })
  if (server !== undefined) {
    // Balancers see "not ready" while requests that are on their way are still served.
    state.draining = true
    await delay(drainDelayMs)
    const streams = setTimeout(endAllStreams, drainDeadlineMs).unref()
    const deadline = setTimeout(
      () => server.server.closeAllConnections(),
      drainDeadlineMs + LAST_BYTES_MS,
    ).unref()
    state.closing = true
    const closed = server.close()
    closeUnused(server)
    // A connection whose last request has just ended would be kept for the next one, which never comes.
    const unused = setInterval(() => closeUnused(server), LOOK_EVERY_MS).unref()
    await Promise.all([closed, booted.services.realtime.drain(spreadOf(booted))])
    clearInterval(unused)
    clearTimeout(streams)
    clearTimeout(deadline)
  }
  await booted.close()
}

/** Clients of live connections come back at once: not all in the same moment, but for a laptop's one. */
function spreadOf({ services: { profile, config } }: Booted): number {
  const laptop = profile === 'development' || profile === 'test'
  return laptop ? 0 : Math.min(RECONNECT_SPREAD_MS, config.http.drainDeadlineMs)
}

/**
 * Ends connections on which no request is running. Browsers and fetch open some that never carry
 * one; Node does not count these as idle and would wait for them until the deadline.
 */
export function closeUnused(server: FastifyInstance): void {
  server.server.closeIdleConnections()
  for (const socket of server.unusedSockets) socket.destroy()
}
