import { once } from 'node:events'
import { Readable } from 'node:stream'
import type { RouteServer } from '@minato/platform/app'
import { openEventStream } from '@minato/platform/http'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { ConsoleServices } from '../config.ts'
import { untilHungUp } from '../request.ts'
import { readyContainer } from './acts.ts'
import type { Channel } from './frames.ts'
import { inspectContainer } from './inspect.ts'
import { type LogLine, type LogOptions, readLogs } from './logs.ts'

const flag = z.enum(['true', 'false'])
const query = z.object({
  /** Lines from the end to begin with, or `all`. */
  tail: z.union([z.literal('all'), z.coerce.number().int().min(0).max(100_000)]).default(500),
  follow: flag.default('true'),
  streams: z.enum(['both', 'stdout', 'stderr']).default('both'),
  /** Only lines that contain this, in any case. */
  search: z.string().max(200).default(''),
  /** Instead of a stream a text file with all there is. */
  download: flag.default('false'),
})
type Query = z.infer<typeof query>

const MOMENT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z$/

/**
 * `GET /containers/{id}/logs`: server-sent events `line` ({ stream, at, text }, the id is `at`) and, when the server has
 * ended, `end`. A client that comes back with Last-Event-ID misses nothing.
 */
export function logRoutes(server: RouteServer, services: ConsoleServices): void {
  server.get(
    '/containers/:id/logs',
    {
      // What servers write is not for everybody who may see that they run.
      config: { permission: 'mcp-console.operate', rate: 'read' },
      schema: { params: z.object({ id: z.uuid() }), querystring: query },
    },
    async (request, reply) => {
      const row = await readyContainer(services, request.params.id)
      const info = await inspectContainer(services, row.dockerId, row.name)
      const read = (options: LogOptions) =>
        matching(readLogs(services, row, info, options), request.query.search)
      if (request.query.download === 'true') return await download(reply, row.name, read)
      await stream(request, reply, request.query, read)
      return reply
    },
  )
}

type Read = (options: LogOptions) => AsyncGenerator<LogLine[]>

const BOTH: readonly Channel[] = ['stdout', 'stderr']

async function stream(
  request: FastifyRequest,
  reply: FastifyReply,
  { tail, follow, streams }: Query,
  read: Read,
): Promise<void> {
  const last = request.headers['last-event-id']
  const after = typeof last === 'string' && MOMENT.test(last) ? last : undefined
  const events = openEventStream(request, reply)
  const { signal } = events
  const lines = read({
    streams: streams === 'both' ? BOTH : [streams],
    tail: after === undefined ? tail : 'all',
    follow: follow === 'true',
    after,
    signal,
  })
  try {
    for await (const some of lines) {
      let keepsUp = true
      for (const line of some) keepsUp = events.send({ id: line.at, event: 'line', data: line })
      // Docker waits with us: it reads from its file again when we read from it.
      if (!keepsUp && !signal.aborted) await once(reply.raw, 'drain', { signal })
    }
    if (!signal.aborted) events.send({ event: 'end', data: {} })
  } catch (error) {
    if (signal.aborted) return
    request.log.warn({ err: error }, 'mcp_console.logs_cut')
    events.send({ event: 'error', data: { code: 'MCP_CONSOLE_DOCKER_UNAVAILABLE' } })
  } finally {
    events.end()
  }
}

async function download(reply: FastifyReply, name: string, read: Read): Promise<unknown> {
  const options = { streams: BOTH, tail: 'all' as const, follow: false, signal: untilHungUp(reply) }
  reply.header('content-type', 'text/plain; charset=utf-8')
  reply.header('content-disposition', `attachment; filename="${name}.log"`)
  return reply.send(Readable.from(textOf(read(options))))
}

async function* textOf(lines: AsyncGenerator<LogLine[]>): AsyncGenerator<string> {
  for await (const some of lines) {
    yield some.map(({ at, stream: from, text }) => `${at} ${from} ${text}\n`).join('')
  }
}

async function* matching(
  lines: AsyncGenerator<LogLine[]>,
  search: string,
): AsyncGenerator<LogLine[]> {
  const wanted = search.toLowerCase()
  for await (const some of lines) {
    const found =
      wanted === '' ? some : some.filter(({ text }) => text.toLowerCase().includes(wanted))
    if (found.length > 0) yield found
  }
}
