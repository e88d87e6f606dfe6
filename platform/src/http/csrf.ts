import { createHmac, timingSafeEqual } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import type { MinatoError } from '../errors/index.ts'
import { httpErrors } from './errors.ts'

export type CsrfCheck = (headers: IncomingHttpHeaders) => MinatoError | undefined

const SESSION_COOKIE = /(?:^|;\s*)(?:__Host-)?minato_session=([^;]+)/

/**
 * Cross-site request forgery (CWE-352) is refused by what browsers say of a request's origin:
 * Sec-Fetch-Site first, Origin next. A client that sends neither proves itself with the token of
 * its session. Requests without a cookie carry no ambient authority and need no proof; but where a
 * browser says "cross-site", even they are refused unless they bring their own credentials.
 */
export function csrfCheck(options: {
  ownOrigins: () => readonly string[]
  csrfKey: Buffer
}): CsrfCheck {
  return (headers) => {
    const cookie = headers.cookie
    const hasSession = cookie !== undefined && SESSION_COOKIE.test(cookie)
    if (!hasSession && (headers.authorization || headers['x-api-key'])) return undefined
    const origin = headers.origin
    const site = headers['sec-fetch-site']
    if (origin !== undefined && options.ownOrigins().includes(origin)) return undefined
    if (site === 'same-origin') return undefined
    if (site === 'none' && origin === undefined) return undefined
    if (site !== undefined || origin !== undefined) return httpErrors.HTTP_CROSS_SITE()
    if (!hasSession) return undefined
    const token = headers['x-csrf-token']
    const valid =
      typeof token === 'string' && sameText(token, csrfToken(options.csrfKey, sessionOf(cookie)))
    return valid ? undefined : httpErrors.HTTP_CSRF_TOKEN_MISSING()
  }
}

function sessionOf(cookie: string): string {
  return SESSION_COOKIE.exec(cookie)?.[1] ?? ''
}

/** The token of a session, bound to its cookie value: HMAC-SHA-256, base64url. */
export function csrfToken(key: Buffer, sessionCookie: string): string {
  return createHmac('sha256', key).update(sessionCookie).digest('base64url')
}

function sameText(a: string, b: string): boolean {
  const [x, y] = [Buffer.from(a), Buffer.from(b)]
  return x.length === y.length && timingSafeEqual(x, y)
}
