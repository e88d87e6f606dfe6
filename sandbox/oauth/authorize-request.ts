import type { Client, Clients } from './clients.ts'

/** A checked request to the authorization page. */
export type AuthorizeRequest = {
  client: Client
  redirectUri: string
  state: string | undefined
  challenge: string
  resource: string | undefined
  scope: string
}

/**
 * What the page makes of its query: a request; a refusal the client is told by redirect; or one that
 * only the person is told, because the address to redirect to is not to be trusted (RFC 9700).
 */
export type Read =
  | { kind: 'request'; request: AuthorizeRequest }
  | { kind: 'told'; redirectUri: string; state: string | undefined; error: string; detail: string }
  | { kind: 'page'; detail: string }

export function readAuthorizeRequest(query: URLSearchParams, clients: Clients): Read {
  const client = clients.find(query.get('client_id') ?? '')
  if (client === undefined) return { kind: 'page', detail: 'This client is not registered.' }
  const redirectUri = query.get('redirect_uri') ?? ''
  if (!client.redirectUris.includes(redirectUri)) {
    return { kind: 'page', detail: 'redirect_uri is not one the client has registered.' }
  }
  const state = query.get('state') ?? undefined
  const told = (error: string, detail: string): Read => ({
    kind: 'told',
    redirectUri,
    state,
    error,
    detail,
  })
  if (query.get('response_type') !== 'code') {
    return told('unsupported_response_type', 'Only response_type=code is served.')
  }
  const challenge = query.get('code_challenge') ?? ''
  if (challenge === '') return told('invalid_request', 'code_challenge is missing (PKCE).')
  // Without the parameter the method is "plain" (RFC 7636, 4.3), which OAuth 2.1 has dropped.
  if (query.get('code_challenge_method') !== 'S256') {
    return told('invalid_request', 'code_challenge_method must be S256.')
  }
  if (!/^[A-Za-z0-9_-]{43}$/.test(challenge)) {
    return told('invalid_request', 'code_challenge is not a SHA-256 in base64url.')
  }
  const resource = query.get('resource') ?? undefined
  const scope = query.get('scope') ?? ''
  return { kind: 'request', request: { client, redirectUri, state, challenge, resource, scope } }
}
