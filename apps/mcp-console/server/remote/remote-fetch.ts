import type { OutboundInit } from '@minato/platform/outbound'
import type { FetchLike } from '@modelcontextprotocol/sdk/shared/transport.js'
import type { ConsoleServices } from '../config.ts'
import { accessToken } from './access-token.ts'
import { remoteErrors } from './errors.ts'
import { assertAllowedHost, assertEncrypted } from './remote-hosts.ts'
import type { RemoteServer } from './store.ts'

/** A tool may think for long before its first byte; the caller's own time limit is shorter. */
const HEADERS_TIMEOUT_MS = 320_000
/** Servers ping a stream rarely; a call's answer must not pause for ever. */
const ANSWER_IDLE_MS = 320_000
const MAX_ANSWER_BYTES = 10 * 1024 * 1024
/** A listening stream lives for hours: cut (and opened anew by the SDK) past this. */
const MAX_STREAM_BYTES = 64 * 1024 * 1024

/**
 * The fetch of a remote server's transport: through outbound as a user's URL, the allow-list asked
 * again each time, the key headers and the bearer token added for the server's own origin alone, and the
 * token once renewed when the server says it is no longer good.
 */
export function remoteFetch(
  services: ConsoleServices,
  server: RemoteServer,
  keys: Readonly<Record<string, string>>,
): FetchLike {
  const { origin } = new URL(server.url)
  return async (input, init) => {
    const url = new URL(input)
    if (url.origin !== origin) {
      throw remoteErrors.MCP_CONSOLE_REMOTE_HOST_NOT_ALLOWED({ host: url.host })
    }
    await assertAllowedHost(services, url)
    // A key that is an authorization leaves no room for a token.
    const token = 'authorization' in keys ? undefined : await accessToken(services, server)
    const answer = await send(services, url, init, { ...keys, ...bearer(token) })
    if (answer.status !== 401) return answer
    await answer.body?.cancel()
    const renewed = token && (await accessToken(services, server, { insteadOf: token }))
    if (renewed) {
      const second = await send(services, url, init, { ...keys, ...bearer(renewed) })
      if (second.status !== 401) return second
      await second.body?.cancel()
    }
    throw refused(server, Object.keys(keys))
  }
}

/** With a key, 401 means that it is wrong or was rotated: the next connection reads it anew. */
function refused({ name }: RemoteServer, keyed: string[]) {
  if (keyed.length === 0) return remoteErrors.MCP_CONSOLE_REMOTE_AUTHORIZATION_REQUIRED({ name })
  const cause = Object.assign(new Error('The server answered 401.'), { code: 401 })
  return remoteErrors.MCP_CONSOLE_REMOTE_KEY_REFUSED({ name, headers: keyed.join(', ') }, { cause })
}

function bearer(token: string | undefined): Record<string, string> {
  return token === undefined ? {} : { authorization: `Bearer ${token}` }
}

async function send(
  services: ConsoleServices,
  url: URL,
  init: RequestInit | undefined,
  credentials: Readonly<Record<string, string>>,
): Promise<Response> {
  const headers = new Headers(init?.headers)
  for (const [name, value] of Object.entries(credentials)) {
    assertEncrypted(services, url)
    headers.set(name, value)
  }
  return await services.outbound.fetch(url, { ...settings(init), headers })
}

/** The SDK's own redirect handling is off: outbound refuses redirects. */
function settings(init: RequestInit | undefined): OutboundInit {
  const { method, body, signal } = init ?? {}
  const listens = (method ?? 'GET').toUpperCase() === 'GET'
  return {
    trust: 'user',
    service: 'mcp-remote',
    timeoutMs: 0,
    headersTimeoutMs: HEADERS_TIMEOUT_MS,
    idleTimeoutMs: listens ? 0 : ANSWER_IDLE_MS,
    maxBytes: listens ? MAX_STREAM_BYTES : MAX_ANSWER_BYTES,
    retries: 0,
    ...(method === undefined ? {} : { method }),
    ...(body === undefined ? {} : { body }),
    ...(signal === undefined ? {} : { signal }),
  }
}
