import type { FastifyInstance, FastifyRequest } from 'fastify'
import { PROBLEM_JSON } from '../errors/index.ts'
import type { Metrics } from '../observe/index.ts'
import { httpErrors } from './errors.ts'
import type { Check, Probe } from './health.ts'
import { isBearer } from './metrics-listener.ts'

const OPEN = { permission: 'public', rate: 'none', everyAddress: true } as const

type SystemDeps = {
  draining: () => boolean
  /** Ready only when all of these are up. */
  required: Record<string, Probe>
  /** Reported, not required. */
  reported: Record<string, Probe>
  redis: Probe
  metrics: Metrics
  metricsEnabled: boolean
  metricsToken: string | undefined
  laptop: boolean
}

/** Liveness, readiness and metrics: what supervisors and collectors ask for. */
export function systemRoutes(server: FastifyInstance, deps: SystemDeps): void {
  server.get('/health/live', { config: OPEN }, async () => ({ status: 'up' }))
  server.get('/health/ready', { config: OPEN }, async (_request, reply) => {
    const [required, reported] = await Promise.all([runAll(deps.required), runAll(deps.reported)])
    const ready =
      !deps.draining() && Object.values(required).every((check) => check.status === 'up')
    return reply.status(ready ? 200 : 503).send({
      status: ready ? 'ready' : deps.draining() ? 'draining' : 'not-ready',
      checks: { ...required, ...reported },
    })
  })
  server.get('/health/redis', { config: OPEN }, async (_request, reply) => {
    const check = await deps.redis()
    return reply.status(check.status === 'down' ? 503 : 200).send(check)
  })
  if (!deps.metricsEnabled) return
  server.get('/metrics', { config: OPEN }, async (request, reply) => {
    if (!mayReadMetrics(request, deps)) {
      const error = httpErrors.HTTP_METRICS_TOKEN_REQUIRED(
        {},
        { headers: { 'www-authenticate': 'Bearer' } },
      )
      reply.header('content-type', PROBLEM_JSON)
      throw error
    }
    return reply.type('text/plain; version=0.0.4; charset=utf-8').send(await deps.metrics.expose())
  })
}

async function runAll(probes: Record<string, Probe>): Promise<Record<string, Check>> {
  const checks = await Promise.all(
    Object.entries(probes).map(async ([name, probe]) => [name, await probe()] as const),
  )
  return Object.fromEntries(checks)
}

function mayReadMetrics(request: FastifyRequest, deps: SystemDeps): boolean {
  const token = deps.metricsToken
  if (token === undefined) {
    const local = request.socket.remoteAddress ?? ''
    return deps.laptop && /^(127\.|::1$|::ffff:127\.)/.test(local)
  }
  return isBearer(request.headers.authorization, token)
}
