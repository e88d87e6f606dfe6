import { createHmac, timingSafeEqual } from 'node:crypto'
import { filesErrors } from './errors.ts'

export type LinkOptions = {
  /** Milliseconds from now, at most 7 days: the most S3 signs for. */
  expiresInMs: number
  /** Name the browser saves the file under. */
  downloadName?: string
}

export const MAX_LINK_MS = 7 * 24 * 3_600_000

type Signer = { secret: Buffer; clock: () => number }

/** `/files/<key>?expires=<ms>&name=<name>&signature=<HMAC-SHA-256>`: whoever holds it may read until it expires. */
export function signLink(signer: Signer, key: string, options: LinkOptions): string {
  const expires = String(signer.clock() + Math.min(options.expiresInMs, MAX_LINK_MS))
  const name = options.downloadName ?? ''
  const query = new URLSearchParams({ expires })
  if (name !== '') query.set('name', name)
  query.set('signature', signature(signer.secret, key, expires, name).toString('base64url'))
  return `/files/${key.split('/').map(encodeURIComponent).join('/')}?${query}`
}

/**
 * Checks a link's signature first, in constant time, and its expiry second: an altered link learns nothing.
 *
 * @throws FILES_LINK_INVALID
 */
export function checkLink(
  signer: Signer,
  key: string,
  query: { expires: string; name: string; signature: string },
): void {
  const expected = signature(signer.secret, key, query.expires, query.name)
  const given = Buffer.from(query.signature, 'base64url')
  const genuine = given.length === expected.length && timingSafeEqual(given, expected)
  if (!genuine || !(Number(query.expires) > signer.clock())) throw filesErrors.FILES_LINK_INVALID()
}

function signature(secret: Buffer, key: string, expires: string, name: string): Buffer {
  // JSON keeps the fields apart, so that none can lend characters to another.
  return createHmac('sha256', secret)
    .update(JSON.stringify([key, expires, name]))
    .digest()
}
