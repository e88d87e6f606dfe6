import type { Visit } from './visit.ts'
import type { Answer } from './wire.ts'

/** One kind of answer that people or programs get. */
export type Surface = {
  name: string
  kind: 'page' | 'file' | 'api' | 'refusal'
  path: string
  answer: Answer
}

type Kind = Omit<Surface, 'answer'> & {
  method?: string
  headers?: Record<string, string>
  body?: string
}

const JSON_BODY = { 'content-type': 'application/json' }
const FOREIGN = { origin: 'https://minato-audit.invalid', 'sec-fetch-site': 'cross-site' }

/**
 * Errors come from other places than pages: from the router, the guard, a parser, the proxy. A header
 * that only good answers bear is missing where an attacker looks first.
 */
const KINDS: readonly Kind[] = [
  { name: 'page', kind: 'page', path: '/' },
  { name: 'page of an app', kind: 'page', path: '/sign-in' },
  { name: 'public API', kind: 'api', path: '/api/shell' },
  { name: 'health', kind: 'api', path: '/health/live' },
  { name: 'not signed in', kind: 'refusal', path: '/api/auth/session' },
  { name: 'unknown API address', kind: 'refusal', path: '/api/minato-audit/unknown' },
  { name: 'unknown file', kind: 'refusal', path: '/assets/minato-audit.js' },
  {
    name: 'refused by CSRF',
    kind: 'refusal',
    path: '/api/auth/sign-in',
    method: 'POST',
    headers: { ...JSON_BODY, ...FOREIGN },
    body: '{}',
  },
  {
    name: 'broken JSON',
    kind: 'refusal',
    path: '/api/auth/sign-in',
    method: 'POST',
    headers: JSON_BODY,
    body: '{"email":',
  },
]

export async function visitSurfaces(visit: Visit): Promise<readonly Surface[]> {
  const surfaces: Surface[] = []
  for (const { name, kind, path, ...question } of KINDS) {
    surfaces.push({ name, kind, path, answer: await visit.ask({ path, ...question }) })
  }
  const script = scriptOf(surfaces[0]?.answer.body ?? '')
  if (script !== undefined) {
    const answer = await visit.ask({ path: script })
    surfaces.push({ name: 'script', kind: 'file', path: script, answer })
  }
  return surfaces
}

/** Path of the first script that a page loads from its own site. */
export function scriptOf(html: string): string | undefined {
  return /<script[^>]*\ssrc="(\/[^"]+\.js)"/.exec(html)?.[1]
}
