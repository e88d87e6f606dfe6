import { decodeProtectedHeader, errors as joseErrors, jwtVerify, SignJWT } from 'jose'
import type { AuthContext } from './context.ts'
import { authErrors } from './errors.ts'
import { ALGORITHM, type SigningKeys } from './signing-keys.ts'

/** What an access token says; everything else is looked up, so that it cannot be out of date. */
export type AccessClaims = {
  userId: string
  familyId: string
  /** ms since the epoch */
  expiresAt: number
}

export type AccessTokens = {
  issue(grant: { userId: string; familyId: string }): Promise<{ token: string; expiresIn: number }>
  /** @throws AUTH_TOKEN_EXPIRED, AUTH_TOKEN_INVALID */
  verify(token: string): Promise<AccessClaims>
}

const AUDIENCE = 'minato'
/** RFC 9068: keeps an id token of the same issuer from passing as an access token. */
const TYPE = 'at+jwt'
const MAX_LENGTH = 4096
const MAX_VERIFIED = 10_000

/** JWT access tokens (RFC 9068 in shape), ES256, checked once and then remembered until they expire. */
export function createAccessTokens(context: AuthContext, keys: SigningKeys): AccessTokens {
  const verified = new Map<string, AccessClaims>()
  context.invalidations.subscribe((event) => {
    if (event.kind === 'signing-keys' || event.kind === 'everything') verified.clear()
  })
  return {
    async issue({ userId, familyId }) {
      const { kid, key } = await keys.active()
      const nowSeconds = Math.floor(context.clock() / 1000)
      const expiresIn = Math.floor(context.config.accessTokenMs / 1000)
      const token = await new SignJWT({ fam: familyId })
        .setProtectedHeader({ alg: ALGORITHM, kid, typ: TYPE })
        .setIssuer(context.publicUrl())
        .setAudience(AUDIENCE)
        .setSubject(userId)
        .setJti(context.random(16).toString('base64url'))
        .setIssuedAt(nowSeconds)
        .setExpirationTime(nowSeconds + expiresIn)
        .sign(key)
      return { token, expiresIn }
    },
    async verify(token) {
      const known = verified.get(token)
      if (known !== undefined) {
        if (known.expiresAt > context.clock()) return known
        verified.delete(token)
        throw authErrors.AUTH_TOKEN_EXPIRED()
      }
      const claims = await check(context, keys, token)
      if (verified.size >= MAX_VERIFIED) {
        const oldest = verified.keys().next()
        if (!oldest.done) verified.delete(oldest.value)
      }
      verified.set(token, claims)
      return claims
    },
  }
}

async function check(
  context: AuthContext,
  keys: SigningKeys,
  token: string,
): Promise<AccessClaims> {
  if (token.length > MAX_LENGTH || token.split('.').length !== 3) {
    throw authErrors.AUTH_TOKEN_INVALID()
  }
  const key = await verifierOf(keys, token)
  if (key === undefined) throw authErrors.AUTH_TOKEN_INVALID()
  try {
    const { payload } = await jwtVerify(token, key, {
      algorithms: [ALGORITHM],
      issuer: context.publicUrl(),
      audience: AUDIENCE,
      typ: TYPE,
      currentDate: new Date(context.clock()),
      requiredClaims: ['sub', 'exp', 'iat', 'jti', 'fam'],
    })
    const { sub, exp, fam } = payload
    if (sub === undefined || exp === undefined || typeof fam !== 'string') {
      throw authErrors.AUTH_TOKEN_INVALID()
    }
    return { userId: sub, familyId: fam, expiresAt: exp * 1000 }
  } catch (error) {
    if (error instanceof joseErrors.JWTExpired) throw authErrors.AUTH_TOKEN_EXPIRED()
    if (error instanceof joseErrors.JOSEError) throw authErrors.AUTH_TOKEN_INVALID()
    throw error
  }
}

async function verifierOf(keys: SigningKeys, token: string) {
  let kid: string | undefined
  try {
    kid = decodeProtectedHeader(token).kid
  } catch {
    return undefined // not a JWT: the caller refuses it
  }
  return kid === undefined ? undefined : await keys.verifier(kid)
}
