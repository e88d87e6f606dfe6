import { createHash, timingSafeEqual } from 'node:crypto'
import type { FastifyInstance } from 'fastify'
import { bitwardenControlRoutes } from '../bitwarden/control-routes.ts'
import type { OpenedBitwarden } from '../bitwarden/open.ts'
import type { EventStore } from '../sentry/event-store.ts'
import type { Mailbox } from '../smtp/mailbox.ts'
import { mailRoutes } from '../smtp/routes.ts'
import { isLoopbackHost } from './host-check.ts'
import { problem } from './problem.ts'
import type { RequestLog } from './request-log.ts'
import { type ScenarioChange, ScenarioError, type ScenarioStore } from './scenario-store.ts'

export type ControlOptions = {
  mailbox: Mailbox
  bitwarden: OpenedBitwarden
  events: EventStore
  token: string
  scenarios: ScenarioStore
  requests: RequestLog
  state(): object
  reset(): Promise<void>
}

/** The control API: what the operations app and tests steer the sandbox with. */
export async function controlRoutes(app: FastifyInstance, options: ControlOptions): Promise<void> {
  const { scenarios, requests } = options
  app.addHook('onRequest', async (request, reply) => {
    if (!isLoopbackHost(request.headers.host)) {
      return reply.code(403).send(problem(403, 'The sandbox serves loopback names only.'))
    }
    if (!sameToken(request.headers['x-sandbox-token'], options.token)) {
      const detail = 'Send the control token in the x-sandbox-token header.'
      return reply.code(401).send(problem(401, detail))
    }
  })
  app.setErrorHandler((error, request, reply) => {
    if (error instanceof ScenarioError) {
      return reply.code(error.status).send(problem(error.status, error.message))
    }
    const status = error instanceof Error && 'statusCode' in error ? Number(error.statusCode) : 500
    if (status >= 500) request.log.error(error)
    const detail = status < 500 ? (error as Error).message : 'The sandbox failed; see its log.'
    return reply.code(status).send(problem(status, detail))
  })
  await app.register(mailRoutes, { mailbox: options.mailbox })
  await app.register(bitwardenControlRoutes, { bitwarden: options.bitwarden })
  app.get('/state', async () => options.state())
  app.get('/sentry/events', async () => ({ events: options.events.list() }))
  app.get('/scenarios', async () => ({ services: scenarios.list() }))
  app.put<{ Params: { service: string }; Body: ScenarioChange | null }>(
    '/scenarios/:service',
    async ({ params, body }) => scenarios.set(params.service, body ?? {}),
  )
  app.post('/reset', async (_request, reply) => {
    await options.reset()
    return reply.code(204).send()
  })
  app.get<{ Querystring: { service?: string } }>('/requests', async ({ query }) => ({
    requests: requests.list(query.service),
  }))
}

function sameToken(given: string | string[] | undefined, token: string): boolean {
  if (typeof given !== 'string') return false
  const hash = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(hash(given), hash(token))
}
