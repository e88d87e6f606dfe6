import { type EventStream, openEventStream } from '@minato/platform/http'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Message } from './json-rpc.ts'

/** A client waits at most this long for the head of an answer. */
const HEAD_AFTER_MS = 10_000

/**
 * The answer to one POST: plain JSON when the result comes first, an event stream as soon as there
 * is something to say before it. Most calls are of the first kind, which costs a client less.
 */
export type Exchange = {
  /** False when the client takes no event stream: nothing can be said before the result. */
  say(message: Message): boolean
  /** The last message, as JSON text. */
  finish(text: string): void
}

export function createExchange(request: FastifyRequest, reply: FastifyReply): Exchange {
  const takesEvents = accepts(request.headers.accept, 'text/event-stream')
  let stream: EventStream | undefined
  const open = (): EventStream => {
    stream ??= openEventStream(request, reply)
    return stream
  }
  const timer = takesEvents ? setTimeout(open, HEAD_AFTER_MS) : undefined
  return {
    say(message) {
      if (takesEvents) open().send({ event: 'message', data: message })
      return takesEvents
    },
    finish(text) {
      clearTimeout(timer)
      if (stream === undefined) {
        void reply
          .header('content-type', 'application/json')
          .header('cache-control', 'no-store')
          .send(text)
        return
      }
      stream.send({ event: 'message', data: text })
      stream.end()
    },
  }
}

export function accepts(header: string | undefined, type: string): boolean {
  if (header === undefined) return true
  return header.includes(type) || header.includes('*/*')
}
