import { setTimeout as delay } from 'node:timers/promises'
import { OutboundError } from '@minato/platform/outbound'
import type { ConsoleServices } from '../config.ts'
import { oauthErrors } from './oauth-errors.ts'
import { assertAllowedHost, assertEncrypted } from './remote-hosts.ts'

/** Waits before the second, third and fourth attempt. */
const RETRY_WAITS_MS = [1000, 2000, 4000]
const TIMEOUT_MS = 10_000
const MAX_BYTES = 256 * 1024

export type ProviderAnswer = { status: number; headers: Headers; body: unknown }

type Asked = {
  method?: 'GET' | 'POST'
  headers?: Record<string, string>
  body?: string | URLSearchParams
  /** One attempt only: the caller has something to go on with. */
  once?: boolean
  sleep?: (ms: number) => Promise<unknown>
}

/**
 * One request to an OAuth provider. What it refuses (4xx) comes back at once, for the caller to
 * judge; what fails there (5xx, no connection, time) is tried again after 1, 2 and 4 s.
 *
 * @throws {MinatoError} MCP_CONSOLE_OAUTH_UNAVAILABLE after the last attempt; the allow-list's and
 *   outbound's own refusals
 */
export async function askProvider(
  services: ConsoleServices,
  address: string | URL,
  asked: Asked = {},
): Promise<ProviderAnswer> {
  const url = new URL(address)
  await assertAllowedHost(services, url)
  assertEncrypted(services, url)
  const { sleep = delay, once = false } = asked
  for (const waitMs of once ? [undefined] : [...RETRY_WAITS_MS, undefined]) {
    const answer = await attempt(services, url, asked)
    if (answer !== undefined) return answer
    if (waitMs !== undefined) await sleep(waitMs)
  }
  throw oauthErrors.MCP_CONSOLE_OAUTH_UNAVAILABLE({ host: url.host })
}

/** Undefined: the provider failed, and may do better in a moment. */
async function attempt(
  services: ConsoleServices,
  url: URL,
  { method = 'GET', headers = {}, body }: Asked,
): Promise<ProviderAnswer | undefined> {
  try {
    const answer = await services.outbound.fetch(url, {
      trust: 'user',
      service: 'mcp-oauth',
      method,
      headers: { accept: 'application/json', ...headers },
      ...(body === undefined ? {} : { body }),
      timeoutMs: TIMEOUT_MS,
      maxBytes: MAX_BYTES,
      retries: 0,
    })
    const text = await answer.text()
    if (answer.status >= 500) return undefined
    return { status: answer.status, headers: answer.headers, body: parse(text) }
  } catch (error) {
    if (error instanceof OutboundError && error.status >= 500) return undefined
    throw error
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** The error code of a provider's refusal, and nothing else of what it wrote. */
export function refusalOf({ status, body }: ProviderAnswer): string {
  const named = typeof body === 'object' && body !== null && 'error' in body ? body.error : ''
  return typeof named === 'string' && /^[a-zA-Z_]{1,60}$/.test(named) ? named : `HTTP ${status}`
}
