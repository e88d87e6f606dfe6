import type { Sandbox } from '../start.ts'

/**
 * Asks a running sandbox's control address, as its operators do: for tests.
 *
 * @example
 * await controlOf(sandbox, 'PUT', '/scenarios/llm', { scenario: 'slow' })
 */
export async function controlOf(
  sandbox: Pick<Sandbox, 'url' | 'controlToken'>,
  method: string,
  path: string,
  body?: object,
): Promise<Response> {
  return await fetch(`${sandbox.url}/sandbox${path}`, {
    method,
    headers: {
      'x-sandbox-token': sandbox.controlToken,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
}
