import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { RequestLog, SeenRequest } from '../control/request-log.ts'
import type { ScenarioStore } from '../control/scenario-store.ts'
import { type Behaviour, readBehaviour } from './behaviour.ts'
import { lengthened, nameOf, readRegistryData } from './data.ts'
import { PageError, type PageQuery, pageOf } from './page.ts'

export type RegistriesOptions = { scenarios: ScenarioStore; requests: RequestLog }

type Turn = { behaviour: Behaviour; seen: SeenRequest }

/** Docker's MCP catalog and the MCP registry (v0, and v0.1 alike). */
export async function registryRoutes(
  app: FastifyInstance,
  options: RegistriesOptions,
): Promise<void> {
  const data = await readRegistryData()
  app.get('/docker/mcp/catalog/v3/catalog.json', async (request, reply) => {
    const turn = takeTurn(options, request, 'docker')
    if (!(await behave(turn, request, reply))) return reply
    finish(turn.seen, 200)
    if (!turn.behaviour.breakEntries) return data.docker
    const registry = Object.keys(data.docker.registry).map((key) => [key, 'broken'])
    return { ...data.docker, registry: Object.fromEntries(registry) }
  })
  for (const version of ['v0', 'v0.1']) {
    app.get<{ Querystring: PageQuery }>(`/official/${version}/servers`, async (request, reply) => {
      const turn = takeTurn(options, request, 'official')
      if (!(await behave(turn, request, reply))) return reply
      try {
        const entries = lengthened(data.official, turn.behaviour.servers)
        const { cursor, ...query } = request.query
        const asked = turn.behaviour.loopCursor || cursor === undefined ? query : request.query
        const page = pageOf(entries, asked)
        finish(turn.seen, 200)
        return spoilPage(page, turn.behaviour)
      } catch (error) {
        if (!(error instanceof PageError)) throw error
        finish(turn.seen, error.status)
        return problemReply(reply, error.status, error.message)
      }
    })
    app.get<{ Params: { name: string } }>(
      `/official/${version}/servers/:name/versions/latest`,
      async (request, reply) => {
        const turn = takeTurn(options, request, 'official')
        if (!(await behave(turn, request, reply))) return reply
        const entry = data.official.find((candidate) => nameOf(candidate) === request.params.name)
        finish(turn.seen, entry === undefined ? 404 : 200)
        return entry ?? problemReply(reply, 404, 'Server not found')
      },
    )
  }
}

function takeTurn(
  { scenarios, requests }: RegistriesOptions,
  request: FastifyRequest,
  registry: 'docker' | 'official',
): Turn {
  const path = request.url.split('?')[0] ?? ''
  const cursor = (request.query as PageQuery).cursor ?? ''
  const { scenario, does } = scenarios.take('registries', { registry, path, cursor })
  const seen = requests.add({
    service: 'registries',
    method: request.method,
    path: request.url,
    scenario,
    // Never the token itself.
    detail: { registry, token: request.headers.authorization !== undefined },
  })
  return { behaviour: readBehaviour(does), seen }
}

/** Plays the scenario, if any. False: the answer is already given, or nobody waits for one. */
async function behave(turn: Turn, request: FastifyRequest, reply: FastifyReply): Promise<boolean> {
  const { behaviour, seen } = turn
  if (behaviour.liftedByToken && request.headers.authorization !== undefined) return true
  if (behaviour.hang || behaviour.garbage === 'cut') {
    reply.hijack()
    if (behaviour.garbage === 'cut') cut(reply, seen)
    else reply.raw.once('close', () => Object.assign(seen, { outcome: 'aborted' }))
    return false
  }
  if (behaviour.delayMs > 0 && !(await pause(reply, behaviour.delayMs))) {
    seen.outcome = 'aborted'
    return false
  }
  return behaviour.status === undefined && behaviour.garbage === undefined
    ? true
    : refuse(behaviour, seen, reply)
}

function refuse(behaviour: Behaviour, seen: SeenRequest, reply: FastifyReply): false {
  const { status = 200, garbage, retryAfterSeconds, resetAfterSeconds, location } = behaviour
  finish(seen, status)
  if (garbage === 'html') {
    reply.type('text/html').send('<!doctype html><title>Maintenance</title><p>Back soon.</p>')
  } else if (garbage === 'shape') {
    reply.send({ data: { list: [] } })
  } else {
    if (retryAfterSeconds !== undefined) reply.header('retry-after', String(retryAfterSeconds))
    if (resetAfterSeconds !== undefined) {
      const reset = Math.ceil(Date.now() / 1000) + resetAfterSeconds
      reply.header('x-ratelimit-remaining', '0').header('x-ratelimit-reset', String(reset))
    }
    if (location !== undefined) reply.header('location', location)
    problemReply(reply, status, 'The sandbox was told to fail.')
  }
  return false
}

function cut(reply: FastifyReply, seen: SeenRequest): void {
  reply.raw.writeHead(200, { 'content-type': 'application/json', 'content-length': '4096' })
  reply.raw.write('{"servers":[{"server":{"name":"io.gith', () => reply.raw.destroy())
  Object.assign(seen, { status: 200, outcome: 'failed' })
}

function spoilPage(page: ReturnType<typeof pageOf>, behaviour: Behaviour): object {
  const servers = behaviour.breakEntries ? page.servers.map(() => ({ server: 7 })) : page.servers
  const metadata = behaviour.loopCursor
    ? { nextCursor: 'again', count: servers.length }
    : page.metadata
  return { servers, metadata }
}

/** Waits; false when the caller hung up meanwhile. */
function pause(reply: FastifyReply, delayMs: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>()
  const timer = setTimeout(() => resolve(true), delayMs)
  reply.raw.once('close', () => {
    clearTimeout(timer)
    resolve(false)
  })
  return promise
}

function problemReply(reply: FastifyReply, status: number, detail: string): FastifyReply {
  const title = status < 500 ? 'Refused' : 'Failed'
  return reply.code(status).type('application/problem+json').send({ title, status, detail })
}

function finish(seen: SeenRequest, status: number): void {
  seen.status = status
  seen.outcome = status < 400 ? 'completed' : 'failed'
}
