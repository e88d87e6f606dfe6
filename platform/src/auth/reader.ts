import type { AccessTokens } from './access-tokens.ts'
import { API_KEY_PREFIX, isApiKey } from './api-key-format.ts'
import type { AuthContext } from './context.ts'
import { bearerOf, type CookieNames, cookieOf } from './credentials.ts'
import { authErrors } from './errors.ts'
import { loadFamily, loadKey, loadSession } from './load-principal.ts'
import { createPrincipalCache, type Entry, type PrincipalCache } from './principal-cache.ts'
import { SESSION_PREFIX } from './sessions.ts'
import { looksLikeToken } from './tokens.ts'
import type { CredentialHeaders, Principal } from './types.ts'

/** What may be believed without asking the database again: the longest a lost revocation can linger. */
const FRESH_MS = 5000

export type Reader = {
  authenticate(headers: CredentialHeaders): Principal | null | Promise<Principal | null>
  cache: PrincipalCache
}

type Loading = { promise: Promise<Principal | null>; generation: number }

/**
 * Tells who a request is from. A known credential is answered from memory at once; everything else goes
 * to the database. A header that is present and wrong is refused; a cookie that is over is nobody.
 */
export function createReader(
  context: AuthContext,
  access: AccessTokens,
  cookies: CookieNames,
): Reader {
  const cache = createPrincipalCache()
  const loading = new Map<string, Loading>()
  context.invalidations.subscribe((event) => cache.drop(event))

  const read = async (credential: string, generation: number): Promise<Principal | null> => {
    const entry = await loadEntry(context, access, credential)
    if (entry === undefined) return null
    const freshUntil = Math.min(entry.freshUntil, context.clock() + FRESH_MS)
    if (context.invalidations.live()) cache.keep(credential, { ...entry, freshUntil }, generation)
    return entry.principal
  }

  return {
    cache,
    authenticate(headers) {
      const credential = credentialOf(headers, cookies)
      if (credential === undefined) return null
      if (context.invalidations.live()) {
        const known = cache.get(credential, context.clock())
        if (known !== undefined) return known
      }
      const generation = cache.generation()
      const running = loading.get(credential)
      // Requests that arrive together ask once; not those that arrive after a revocation.
      if (running?.generation === generation) return running.promise
      const promise = read(credential, generation)
      loading.set(credential, { promise, generation })
      const done = (): void => {
        if (loading.get(credential)?.promise === promise) loading.delete(credential)
      }
      promise.then(done, done)
      return promise
    },
  }
}

/** An explicit header comes before the cookie that browsers send by themselves. */
function credentialOf(headers: CredentialHeaders, cookies: CookieNames): string | undefined {
  const key = headers['x-api-key']
  if (key !== undefined) {
    if (typeof key !== 'string' || !isApiKey(key)) throw authErrors.AUTH_KEY_INVALID()
    return key
  }
  if (headers.authorization !== undefined) {
    const token = bearerOf(headers.authorization)
    if (token !== undefined) return token
  }
  const cookie = cookieOf(headers.cookie, cookies.session)
  return cookie !== undefined && looksLikeToken(cookie, SESSION_PREFIX) ? cookie : undefined
}

async function loadEntry(
  context: AuthContext,
  access: AccessTokens,
  credential: string,
): Promise<Entry | undefined> {
  if (credential.startsWith(API_KEY_PREFIX)) {
    // The checksum first: a mistyped key costs no query.
    const entry = isApiKey(credential) ? await loadKey(context, credential) : undefined
    if (entry === undefined) throw authErrors.AUTH_KEY_INVALID()
    return entry
  }
  if (looksLikeToken(credential, SESSION_PREFIX)) return await loadSession(context, credential)
  const claims = await access.verify(credential)
  const entry = await loadFamily(context, claims)
  if (entry === undefined) throw authErrors.AUTH_TOKEN_INVALID()
  return entry
}
