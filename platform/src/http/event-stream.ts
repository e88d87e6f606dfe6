import type { OutgoingHttpHeaders } from 'node:http'
import type { FastifyReply, FastifyRequest } from 'fastify'

export type StreamEvent = {
  id?: string
  event: string
  /** Sent as JSON, or as it is when it is text that is JSON already. */
  data: unknown
}

export type EventStream = {
  /** False when the client reads slowly: the caller may wait, nothing is dropped. */
  send(event: StreamEvent): boolean
  /** Aborted when the client is gone or the process must end. */
  signal: AbortSignal
  end(): void
}

const HEARTBEAT_MS = 15_000

/**
 * Answers with `text/event-stream` (WHATWG server-sent events). One shared timer keeps every
 * stream's connection alive through proxies.
 *
 * @example
 * const stream = openEventStream(request, reply)
 * stream.send({ id: '1', event: 'delta', data: { text: '港' } })
 * stream.end()
 */
export function openEventStream(request: FastifyRequest, reply: FastifyReply): EventStream {
  const aborter = new AbortController()
  const headers: OutgoingHttpHeaders = {
    ...(reply.getHeaders() as OutgoingHttpHeaders),
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store',
    'x-accel-buffering': 'no', // nginx would hold the tokens back
  }
  reply.hijack()
  const { raw } = reply
  raw.writeHead(200, headers)
  raw.flushHeaders()
  request.raw.socket.setNoDelay(true)
  const stream: OpenStream = {
    raw,
    abort: () => {
      open.delete(stream)
      aborter.abort()
    },
  }
  open.add(stream)
  startHeartbeat()
  raw.on('close', stream.abort)
  return {
    signal: aborter.signal,
    send(event) {
      if (raw.destroyed || raw.writableEnded) return false
      return raw.write(encode(event))
    },
    end() {
      open.delete(stream)
      if (!raw.writableEnded) raw.end()
    },
  }
}

type OpenStream = {
  raw: { write(text: string): boolean; destroyed: boolean; writableEnded: boolean; end(): void }
  abort(): void
}

const open = new Set<OpenStream>()
let heartbeat: NodeJS.Timeout | undefined

function startHeartbeat(): void {
  heartbeat ??= setInterval(() => {
    for (const stream of open) stream.raw.write(': keep-alive\n\n')
    if (open.size > 0) return
    clearInterval(heartbeat)
    heartbeat = undefined
  }, HEARTBEAT_MS).unref()
}

/** How many streams this process serves. */
export function openStreamCount(): number {
  return open.size
}

/** Ends every stream: clients reconnect with Last-Event-ID and go on at another process. */
export function endAllStreams(): void {
  for (const stream of [...open]) {
    stream.abort()
    stream.raw.end()
  }
}

function encode({ id, event, data }: StreamEvent): string {
  const body = typeof data === 'string' ? data : JSON.stringify(data)
  return `${id === undefined ? '' : `id: ${id}\n`}event: ${event}\ndata: ${body}\n\n`
}
