import type { Services } from '@minato/platform/app'
import { operationsErrors } from './errors.ts'

type Door = Pick<Services, 'outbound' | 'sandboxControl' | 'log'>

const TIMEOUT_MS = 10_000

/**
 * One request to the sandbox's control API.
 * @throws {MinatoError} OPERATIONS_NO_SANDBOX, OPERATIONS_SANDBOX_AWAY
 */
export async function callSandbox(
  { outbound, sandboxControl, log }: Door,
  path: string,
  init: { method?: string; body?: unknown } = {},
): Promise<Response> {
  if (sandboxControl === undefined) throw operationsErrors.OPERATIONS_NO_SANDBOX()
  const { url, token } = sandboxControl
  const withBody = init.body !== undefined
  let response: Response
  try {
    response = await outbound.fetch(`${url}/sandbox${path}`, {
      trust: 'config',
      service: 'sandbox',
      method: init.method ?? 'GET',
      timeoutMs: TIMEOUT_MS,
      headers: {
        'x-sandbox-token': token,
        ...(withBody ? { 'content-type': 'application/json' } : {}),
      },
      ...(withBody ? { body: JSON.stringify(init.body) } : {}),
    })
  } catch (cause) {
    log.warn('operations.sandbox_away', { err: cause })
    throw operationsErrors.OPERATIONS_SANDBOX_AWAY(undefined, { cause })
  }
  if (response.status < 500 && response.status !== 401) return response
  await response.body?.cancel()
  log.warn('operations.sandbox_refused', { status: response.status, path })
  throw operationsErrors.OPERATIONS_SANDBOX_AWAY()
}

/** The same for an answer in JSON, which the caller's response schema then cuts to size. */
export async function readSandbox<T>(door: Door, path: string): Promise<T> {
  const response = await callSandbox(door, path)
  if (!response.ok) {
    await response.body?.cancel()
    throw operationsErrors.OPERATIONS_SANDBOX_AWAY()
  }
  return (await response.json()) as T
}
