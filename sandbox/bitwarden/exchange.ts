import { setTimeout as delay } from 'node:timers/promises'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { RequestLog } from '../control/request-log.ts'
import type { ScenarioStore } from '../control/scenario-store.ts'
import type { Account } from './account.ts'
import type { Tokens } from './tokens.ts'
import type { TwoStepCodes } from './two-step.ts'

/** What the routes of the vault server share. */
export type Vault = {
  accounts: Account[]
  tokens: Tokens
  codes: TwoStepCodes
  scenarios: ScenarioStore
  requests: RequestLog
  now: () => Date
  closing: AbortSignal
  /** Base address of the server. */
  url: () => string
  sendMail(to: string, subject: string, text: string): Promise<void>
}

/** The stage of a conversation that a scenario may act at. */
type Stage = 'prelogin' | 'token' | 'sync' | 'api'

type Work = (does: Record<string, unknown>) => Promise<unknown>

/**
 * Logs the request (never a password or a token), plays the scenario if one acts here, then does the work.
 * What the work returns is the body.
 */
export async function exchange(
  vault: Vault,
  request: FastifyRequest,
  reply: FastifyReply,
  stage: { at: Stage; email?: string; detail?: Record<string, unknown> },
  work: Work,
): Promise<unknown> {
  const path = request.url.split('?')[0] ?? ''
  const { at, email = '', detail = {} } = stage
  const { scenario, does } = vault.scenarios.take('bitwarden', { at, email, path })
  const seen = vault.requests.add({
    service: 'bitwarden',
    method: request.method,
    path,
    scenario,
    detail: { ...(email === '' ? {} : { email }), ...detail },
  })
  try {
    const body = (await misbehave(vault, does, reply)) ?? (await work(does))
    Object.assign(seen, { status: reply.statusCode, outcome: 'completed' })
    return body
  } catch (error) {
    Object.assign(seen, { status: null, outcome: request.raw.destroyed ? 'aborted' : 'failed' })
    throw error
  }
}

/** A body when the scenario answers in the server's place. */
async function misbehave(
  vault: Vault,
  does: Record<string, unknown>,
  reply: FastifyReply,
): Promise<unknown> {
  if (typeof does.delayMs === 'number') {
    await delay(does.delayMs, undefined, { signal: vault.closing })
  }
  if (does.garbage === true) {
    reply.code(200).type('text/html')
    return '<!doctype html><title>Proxy</title><p>Sign in to the network first.</p>'
  }
  if (typeof does.status !== 'number') return undefined
  reply.code(does.status)
  return problemModel(String(does.message ?? 'The request failed.'))
}

/** The error body of the API. */
export function problemModel(message: string) {
  return { message, validationErrors: null, object: 'error' }
}
