import { setTimeout as delay } from 'node:timers/promises'
import type { FastifyRequest } from 'fastify'
import type { RequestLog, SeenRequest } from '../control/request-log.ts'
import type { ScenarioStore } from '../control/scenario-store.ts'
import { OAuthRefusal } from './errors.ts'

export type Stage = 'metadata' | 'register' | 'authorize' | 'answer' | 'token' | 'revoke'

export type Turn = { does: Record<string, unknown>; seen: SeenRequest }

export type Watched = { scenarios: ScenarioStore; requests: RequestLog }

/** Notes a request (never a code or a token), and what the scenario makes of it. */
export async function takeTurn(
  { scenarios, requests }: Watched,
  request: FastifyRequest,
  at: Stage,
  detail: { client?: string; grant?: string } = {},
): Promise<Turn> {
  const path = request.url.split('?')[0] ?? ''
  const { scenario, does } = scenarios.take('oauth', { at, path, client: detail.client ?? '' })
  const seen = requests.add({ service: 'oauth', method: request.method, path, scenario, detail })
  if (typeof does['delayMs'] === 'number') await delay(does['delayMs'])
  return { does, seen }
}

/** Throws what the scenario refuses with, if anything. */
export function refuseAsTold({ does }: Turn): void {
  const { status, error } = does
  if (typeof status === 'number') {
    throw new OAuthRefusal(String(error), 'A scenario of the sandbox.', status)
  }
}

export function finish({ seen }: Turn, status: number): void {
  Object.assign(seen, { status, outcome: status < 400 ? 'completed' : 'failed' })
}
