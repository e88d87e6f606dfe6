import { z } from 'zod'
import type { ConsoleServices } from '../config.ts'
import { askProvider } from './ask-provider.ts'
import { oauthErrors } from './oauth-errors.ts'
import type { ClientMethod } from './tables.ts'

/** What a remote server and its authorization server say of themselves. */
export type Provider = {
  issuer: string
  authorizationEndpoint: string
  tokenEndpoint: string
  registrationEndpoint: string | undefined
  revocationEndpoint: string | undefined
  /** Whether the answer names its issuer (RFC 9207), against mix-up of providers. */
  issuerInAnswer: boolean
  clientMethods: readonly string[]
  /** RFC 8707: the tokens are for this server alone. */
  resource: string
  scope: string | undefined
}

const resourceMetadata = z.object({
  resource: z.url(),
  authorization_servers: z.array(z.url()).min(1).max(20),
  scopes_supported: z.array(z.string().max(200)).max(200).optional(),
})

const serverMetadata = z.object({
  issuer: z.url(),
  authorization_endpoint: z.url({ protocol: /^https?$/ }),
  token_endpoint: z.url({ protocol: /^https?$/ }),
  registration_endpoint: z.url({ protocol: /^https?$/ }).optional(),
  revocation_endpoint: z.url({ protocol: /^https?$/ }).optional(),
  response_types_supported: z.array(z.string()),
  code_challenge_methods_supported: z.array(z.string()).optional(),
  token_endpoint_auth_methods_supported: z.array(z.string()).default(['client_secret_basic']),
  authorization_response_iss_parameter_supported: z.boolean().default(false),
})

/**
 * Finds the provider of a remote server: its protected-resource metadata (RFC 9728), then the
 * authorization server's own (RFC 8414, OpenID Connect). One that does not name S256 is refused.
 */
export async function discoverProvider(services: ConsoleServices, url: URL): Promise<Provider> {
  const resource = await readResource(services, url)
  const issuer = resource?.authorization_servers[0] ?? `${url.origin}/`
  const metadata = await readServer(services, issuer)
  if (metadata === undefined) throw oauthErrors.MCP_CONSOLE_OAUTH_NOT_FOUND({ host: url.host })
  const { response_types_supported: types, code_challenge_methods_supported: pkce } = metadata
  if (!types.includes('code') || !pkce?.includes('S256')) {
    throw oauthErrors.MCP_CONSOLE_OAUTH_UNSUPPORTED({ host: new URL(issuer).host })
  }
  return {
    issuer: metadata.issuer,
    authorizationEndpoint: metadata.authorization_endpoint,
    tokenEndpoint: metadata.token_endpoint,
    registrationEndpoint: metadata.registration_endpoint,
    revocationEndpoint: metadata.revocation_endpoint,
    issuerInAnswer: metadata.authorization_response_iss_parameter_supported,
    clientMethods: metadata.token_endpoint_auth_methods_supported,
    resource: resource?.resource ?? url.href,
    scope: resource?.scopes_supported?.join(' '),
  }
}

/** How a client with or without a secret proves itself here; the least surprising first. */
export function clientMethod(provider: Provider, hasSecret: boolean): ClientMethod {
  if (!hasSecret) return 'none'
  return provider.clientMethods.includes('client_secret_basic')
    ? 'client_secret_basic'
    : 'client_secret_post'
}

/** Loaded with the first authorization. */
const sdkAuth = () => import('@modelcontextprotocol/sdk/client/auth.js')

async function readResource(services: ConsoleServices, url: URL) {
  for (const address of [await challengeAddress(services, url), ...wellKnown(url)]) {
    if (address === undefined) continue
    const { status, body } = await askProvider(services, address)
    const parsed = status === 200 ? resourceMetadata.safeParse(body) : undefined
    // A resource that is not this server would have us collect tokens for somebody else's.
    if (parsed?.success && covers(parsed.data.resource, url)) return parsed.data
  }
  return undefined
}

/** Where the server's own refusal points to; on its own origin, or it is not followed. */
async function challengeAddress(services: ConsoleServices, url: URL): Promise<URL | undefined> {
  const { status, headers } = await askProvider(services, url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
    },
    body: '{"jsonrpc":"2.0","id":0,"method":"ping"}',
  })
  if (status !== 401) return undefined
  const { extractWWWAuthenticateParams } = await sdkAuth()
  const { resourceMetadataUrl } = extractWWWAuthenticateParams(new Response(null, { headers }))
  return resourceMetadataUrl?.origin === url.origin ? resourceMetadataUrl : undefined
}

function wellKnown(url: URL): URL[] {
  const root = new URL('/.well-known/oauth-protected-resource', url)
  const path = url.pathname.replace(/\/$/, '')
  return path === '' ? [root] : [new URL(root.pathname + path, url), root]
}

function covers(resource: string, url: URL): boolean {
  const { origin, pathname } = new URL(resource)
  const folder = pathname.endsWith('/') ? pathname : `${pathname}/`
  return origin === url.origin && `${url.pathname}/`.startsWith(folder)
}

async function readServer(services: ConsoleServices, issuer: string) {
  const { buildDiscoveryUrls } = await sdkAuth()
  for (const { url } of buildDiscoveryUrls(issuer)) {
    const { status, body } = await askProvider(services, url)
    if (status !== 200) continue
    const parsed = serverMetadata.safeParse(body)
    // RFC 8414, 3.3: metadata of another issuer must not be used.
    if (!parsed.success || !sameIssuer(parsed.data.issuer, issuer)) {
      throw oauthErrors.MCP_CONSOLE_OAUTH_BAD_ANSWER({ host: url.host })
    }
    return parsed.data
  }
  return undefined
}

function sameIssuer(one: string, other: string): boolean {
  return one.replace(/\/$/, '') === other.replace(/\/$/, '')
}
