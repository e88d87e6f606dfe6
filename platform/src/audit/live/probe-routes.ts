import type { FastifyInstance, FastifyRequest } from 'fastify'
import { commonErrors } from '../../errors/index.ts'
import type { KeyRing } from '../../keys/index.ts'
import { isProbeToken } from './probe-token.ts'

export const PROBE_PATH = '/api/audit/probe'
export const PROBE_HEADER = 'x-minato-audit'

type ProbeDeps = {
  keys: Pick<KeyRing, 'derive'>
  clock: () => number
  role: string
  version: string
}

/** What the system takes a request for: `ip` is what limits and the audit log see. */
export type Seen = {
  ip: string
  role: string
  version: string
  pid: number
  now: number
}

/** The text of the error that the audit provokes; an operator who meets it knows what it was. */
export class AuditTestError extends Error {
  constructor() {
    super('The audit provoked this error to see that errors arrive. Nothing is wrong.')
    this.name = 'AuditTestError'
  }
}

/**
 * What the live audit asks of the running system: how it sees a request, and to fail once. Whoever
 * does not hold the installation's keys meets the 404 of an address that does not exist.
 */
export function auditProbeRoutes(server: Pick<FastifyInstance, 'get'>, deps: ProbeDeps): void {
  const route = { config: { permission: 'public', rate: 'read', tags: ['audit'] } } as const
  const admit = (request: FastifyRequest, purpose: string): void => {
    const token = request.headers[PROBE_HEADER]
    if (!isProbeToken(deps.keys, purpose, token, deps.clock())) throw commonErrors.NOT_FOUND()
  }
  server.get(`${PROBE_PATH}/seen`, route, async (request, reply): Promise<Seen> => {
    admit(request, 'seen')
    reply.header('cache-control', 'no-store')
    const { role, version } = deps
    return { ip: request.ip, role, version, pid: process.pid, now: deps.clock() }
  })
  server.get(`${PROBE_PATH}/error`, route, async (request) => {
    admit(request, 'error')
    throw new AuditTestError()
  })
}
