import { randomBytes } from 'node:crypto'
import { OAuthRefusal } from './errors.ts'

export type Client = {
  id: string
  name: string
  secret: string | undefined
  method: 'none' | 'client_secret_basic' | 'client_secret_post'
  redirectUris: string[]
}

export type Clients = {
  register(metadata: unknown): Client
  find(id: string): Client | undefined
  /** Finds the client of a request and proves it. */
  authenticate(headers: { authorization?: string | undefined }, form: URLSearchParams): Client
  list(): Client[]
  clear(): void
}

const METHODS = ['none', 'client_secret_basic', 'client_secret_post'] as const

/** The provider's registered clients (RFC 7591). */
export function createClients(): Clients {
  const clients = new Map<string, Client>()
  return {
    register(metadata) {
      const client = readMetadata(metadata)
      clients.set(client.id, client)
      return client
    },
    find: (id) => clients.get(id),
    authenticate(headers, form) {
      const { id, secret, method } = credentialsOf(headers, form)
      const client = clients.get(id)
      if (client === undefined) throw invalidClient('This client is not registered.')
      if (method !== client.method)
        throw invalidClient(`This client proves itself by ${client.method}.`)
      if (secret !== client.secret) throw invalidClient('The client secret is wrong.')
      return client
    },
    list: () => [...clients.values()],
    clear: () => clients.clear(),
  }
}

function invalidClient(message: string): OAuthRefusal {
  return new OAuthRefusal('invalid_client', message, 401)
}

function readMetadata(metadata: unknown): Client {
  const given = (typeof metadata === 'object' && metadata !== null ? metadata : {}) as Record<
    string,
    unknown
  >
  const uris = given['redirect_uris']
  if (!Array.isArray(uris) || uris.length === 0 || !uris.every(isRedirectUri)) {
    throw new OAuthRefusal(
      'invalid_redirect_uri',
      'Name redirect_uris: https, or http on loopback.',
    )
  }
  const named = given['token_endpoint_auth_method'] ?? 'client_secret_basic'
  const method = METHODS.find((candidate) => candidate === named)
  if (method === undefined) {
    throw new OAuthRefusal('invalid_client_metadata', `Take one of: ${METHODS.join(', ')}.`)
  }
  const name = given['client_name']
  return {
    id: `client-${randomBytes(9).toString('base64url')}`,
    name: typeof name === 'string' ? name.slice(0, 100) : 'Unnamed client',
    secret: method === 'none' ? undefined : randomBytes(24).toString('base64url'),
    method,
    redirectUris: uris,
  }
}

function isRedirectUri(value: unknown): value is string {
  const url = typeof value === 'string' ? URL.parse(value) : null
  if (url === null || url.hash !== '') return false
  const loopback = ['127.0.0.1', 'localhost', '[::1]'].includes(url.hostname)
  return url.protocol === 'https:' || (url.protocol === 'http:' && loopback)
}

function credentialsOf(headers: { authorization?: string | undefined }, form: URLSearchParams) {
  const basic = /^Basic (.+)$/i.exec(headers.authorization ?? '')?.[1]
  if (basic !== undefined) {
    const pair = Buffer.from(basic, 'base64').toString('utf8')
    const [id = '', secret = ''] = pair.split(':').map(decodeURIComponent)
    return { id, secret, method: 'client_secret_basic' }
  }
  const id = form.get('client_id') ?? ''
  const secret = form.get('client_secret') ?? undefined
  return { id, secret, method: secret === undefined ? 'none' : 'client_secret_post' }
}
