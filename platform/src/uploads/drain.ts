import type { IncomingMessage } from 'node:http'

/** Enough for any honest form that went over a limit; beyond, the sender is cut off. */
const MAX_DRAIN_BYTES = 64 * 1024 * 1024
const MAX_DRAIN_MS = 10_000

/**
 * Reads and throws away the rest of a refused body, within bounds. A client that is still sending would otherwise see
 * its connection reset instead of our answer (RFC 9112 §9.6).
 *
 * @returns true when the body ended; false when a bound was hit and the connection should close after the answer
 */
export function drain(request: IncomingMessage): Promise<boolean> {
  request.unpipe()
  if (request.readableEnded || request.destroyed) return Promise.resolve(true)
  return new Promise((resolve) => {
    let left = MAX_DRAIN_BYTES
    const finish = (ended: boolean) => {
      clearTimeout(timer)
      request.off('data', count).off('end', onEnd).off('close', onEnd).off('error', onEnd)
      if (!ended) request.pause()
      resolve(ended)
    }
    const onEnd = () => finish(true)
    const count = (chunk: Buffer) => {
      left -= chunk.length
      if (left < 0) finish(false)
    }
    const timer = setTimeout(() => finish(false), MAX_DRAIN_MS)
    request.on('data', count).on('end', onEnd).on('close', onEnd).on('error', onEnd)
    request.resume()
  })
}
