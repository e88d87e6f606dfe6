import { randomBytes } from 'node:crypto'
import { gunzipSync } from 'node:zlib'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { RequestLog, SeenRequest } from '../control/request-log.ts'
import type { ScenarioStore } from '../control/scenario-store.ts'
import { EnvelopeError, readEnvelope } from './envelope.ts'
import type { EventStore } from './event-store.ts'

export type SentryOptions = { scenarios: ScenarioStore; requests: RequestLog; events: EventStore }

type Refusal = { status: number; detail: string; causes?: string[] }
type Turn = { does: Record<string, unknown>; seen: SeenRequest }

/** Relay takes an event of this size and no more. */
const MAX_EVENT_BYTES = 1024 * 1024
const MAX_ENVELOPE_BYTES = 20 * 1024 * 1024

/** What a Sentry-compatible service offers to its clients: POST /api/<project>/envelope/. */
export async function sentryRoutes(app: FastifyInstance, options: SentryOptions): Promise<void> {
  const { events } = options
  app.removeAllContentTypeParsers()
  app.addContentTypeParser(
    '*',
    { parseAs: 'buffer', bodyLimit: MAX_ENVELOPE_BYTES },
    async (_request: FastifyRequest, body: Buffer) => body,
  )
  // What says that this is no real one: production asks before it starts.
  app.get('/api/0/', async () => ({ version: '0', auth: null, user: null, sandbox: true }))
  app.post<{ Params: { project: string }; Querystring: Record<string, string> }>(
    '/api/:project/envelope/',
    async (request, reply) => {
      const { project } = request.params
      const turn = takeTurn(options, request, project)
      if (!(await behave(turn, reply))) return reply
      const key = keyOf(request.headers['x-sentry-auth'], request.query)
      const refusal = refuseCaller(events, project, key)
      if (refusal !== undefined) return refuse(reply, turn.seen, refusal)
      return take(options, request, reply, { project, key: key?.key ?? '', seen: turn.seen })
    },
  )
}

function take(
  { events }: SentryOptions,
  request: FastifyRequest,
  reply: FastifyReply,
  caller: { project: string; key: string; seen: SeenRequest },
) {
  const { project, key, seen } = caller
  try {
    const raw = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0)
    const body = request.headers['content-encoding'] === 'gzip' ? gunzipSync(raw) : raw
    const envelope = readEnvelope(body)
    const named = envelope.dsn === undefined ? undefined : URL.parse(envelope.dsn)
    if (named && named.username !== key) {
      return refuse(reply, seen, { status: 400, detail: 'envelope DSN does not match the key' })
    }
    const large = envelope.items.some(
      ({ type, payload }) => type === 'event' && Buffer.byteLength(payload) > MAX_EVENT_BYTES,
    )
    if (large) return refuse(reply, seen, { status: 413, detail: 'envelope exceeded size limits' })
    for (const item of envelope.items) events.add(project, item)
    finish(seen, 200)
    return reply.send({ id: envelope.eventId ?? randomBytes(16).toString('hex') })
  } catch (error) {
    const causes = [error instanceof EnvelopeError ? error.reason : 'invalid content encoding']
    return refuse(reply, seen, { status: 400, detail: 'invalid event envelope', causes })
  }
}

function refuseCaller(
  events: EventStore,
  project: string,
  given: ReturnType<typeof keyOf>,
): Refusal | undefined {
  if (!/^\d+$/.test(project)) return { status: 400, detail: 'invalid project identifier' }
  if (given === undefined) return { status: 401, detail: 'missing authorization information' }
  if (given.version !== '7') return { status: 400, detail: 'unsupported protocol version' }
  if (project !== events.project || given.key !== events.key) {
    return { status: 403, detail: 'event submission rejected with_reason: ProjectId' }
  }
  return undefined
}

/** `X-Sentry-Auth: Sentry sentry_version=7, sentry_key=…`, or the same in the query. */
function keyOf(header: string | string[] | undefined, query: Record<string, string>) {
  const text = typeof header === 'string' ? header : ''
  const fromHeader = (name: string) => new RegExp(`\\b${name}=([^,\\s]+)`).exec(text)?.[1]
  const key = query['sentry_key'] ?? fromHeader('sentry_key')
  if (key === undefined) return undefined
  return { key, version: query['sentry_version'] ?? fromHeader('sentry_version') ?? '7' }
}

function takeTurn(
  { scenarios, requests }: SentryOptions,
  request: FastifyRequest,
  project: string,
): Turn {
  const { scenario, does } = scenarios.take('sentry', { project })
  const seen = requests.add({
    service: 'sentry',
    method: request.method,
    path: request.url.split('?')[0] ?? '',
    scenario,
    detail: { project },
  })
  return { does, seen }
}

/** Plays the scenario, if any. False: the answer is already given, or nobody waits for one. */
async function behave({ does, seen }: Turn, reply: FastifyReply): Promise<boolean> {
  if (does['hang'] === true) {
    reply.hijack()
    reply.raw.once('close', () => Object.assign(seen, { outcome: 'aborted' }))
    return false
  }
  const { status, retryAfterSeconds, rateLimits, delayMs } = does
  if (typeof delayMs === 'number') {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, delayMs)
      reply.raw.once('close', () => {
        clearTimeout(timer)
        resolve()
      })
    })
  }
  if (typeof status !== 'number') return true
  if (retryAfterSeconds !== undefined) reply.header('retry-after', String(retryAfterSeconds))
  if (typeof rateLimits === 'string') reply.header('x-sentry-rate-limits', rateLimits)
  refuse(reply, seen, { status, detail: 'The sandbox was told to fail.' })
  return false
}

function refuse(
  reply: FastifyReply,
  seen: SeenRequest,
  { status, ...body }: Refusal,
): FastifyReply {
  finish(seen, status)
  return reply.code(status).send(body)
}

function finish(seen: SeenRequest, status: number): void {
  seen.status = status
  seen.outcome = status < 400 ? 'completed' : 'failed'
}
