import { isRepeatable } from './body.ts'
import { judgeUrl } from './check.ts'
import { OutboundError } from './errors.ts'
import type { Trust } from './resolve.ts'

/** What a fetch takes for a body. */
export type RequestBody = NonNullable<RequestInit['body']>

export type Hop = {
  url: URL
  trust: Trust
  method: string
  headers: Headers
  body: RequestBody | null
}

const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308])
export const MAX_REDIRECTS = 5

/** Headers another origin may see. Everything else may be a credential, whatever its name. */
const HARMLESS: ReadonlySet<string> = new Set([
  'accept',
  'accept-encoding',
  'accept-language',
  'cache-control',
  'content-language',
  'content-type',
  'if-modified-since',
  'if-none-match',
  'range',
  'user-agent',
])

/** The Location a response redirects to, or `undefined` if it is no redirect. */
export function locationOf(status: number, headers: Headers): string | undefined {
  return REDIRECTS.has(status) ? (headers.get('location') ?? undefined) : undefined
}

/**
 * The request a redirect asks for (Fetch standard, 4.4). Another origin is somebody else's choice,
 * so it is judged as a user's URL even where the first one came from the configuration.
 *
 * @throws OutboundError with the rule the new URL breaks
 */
export function nextHop(hop: Hop, status: number, location: string): Hop {
  const url = URL.parse(location, hop.url.href)
  if (url === null) throw new OutboundError('OUTBOUND_URL_INVALID', hop.url.hostname)
  const sameOrigin = url.origin === hop.url.origin
  const trust = sameOrigin ? hop.trust : 'user'
  const refusal = trust === 'user' ? judgeUrl(url.href) : undefined
  if (refusal) throw new OutboundError(refusal, url.hostname)
  const headers = sameOrigin ? new Headers(hop.headers) : harmless(hop.headers)
  const toGet =
    (status === 303 && hop.method !== 'HEAD') || (status <= 302 && hop.method === 'POST')
  if (!toGet) {
    if (!isRepeatable(hop.body)) {
      throw new OutboundError('OUTBOUND_BODY_NOT_REPEATABLE', hop.url.hostname)
    }
    return { url, trust, method: hop.method, headers, body: hop.body }
  }
  for (const name of [...headers.keys()]) if (name.startsWith('content-')) headers.delete(name)
  return { url, trust, method: 'GET', headers, body: null }
}

function harmless(headers: Headers): Headers {
  return new Headers([...headers].filter(([name]) => HARMLESS.has(name)))
}
