import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import type { Account } from './account.ts'

const ACCESS_SECONDS = 3600

export type Tokens = {
  /** A JWT whose claims the client reads: it learns from them who it is. */
  access(account: Account, clientId: string): { token: string; seconds: number }
  refresh(account: Account): string
  /** The account of a good access token. */
  accountIdOf(authorization: string | undefined): string | undefined
  accountIdOfRefresh(token: string): string | undefined
  /** Everything handed out so far stops working. */
  revokeAll(): void
}

export function createTokens(issuer: () => string, now: () => Date): Tokens {
  let key = randomBytes(32)
  const refreshTokens = new Map<string, string>()
  const sign = (text: string) => createHmac('sha256', key).update(text).digest()
  const seconds = () => Math.floor(now().getTime() / 1000)
  return {
    access(account, clientId) {
      const claims = {
        iss: issuer(),
        nbf: seconds(),
        iat: seconds(),
        exp: seconds() + ACCESS_SECONDS,
        client_id: clientId,
        sub: account.id,
        sstamp: account.securityStamp,
        email: account.email,
        email_verified: true,
        name: account.name,
        premium: true,
        scope: ['api', 'offline_access'],
        amr: ['Application'],
      }
      const text = [{ alg: 'HS256', typ: 'at+jwt' }, claims]
        .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
        .join('.')
      return { token: `${text}.${sign(text).toString('base64url')}`, seconds: ACCESS_SECONDS }
    },
    refresh(account) {
      const token = `${randomBytes(32).toString('hex').toUpperCase()}-1`
      refreshTokens.set(token, account.id)
      return token
    },
    accountIdOf(authorization) {
      const [header, payload, signature] =
        /^Bearer (.+)$/.exec(authorization ?? '')?.[1]?.split('.') ?? []
      if (header === undefined || payload === undefined || signature === undefined) return undefined
      const given = Buffer.from(signature, 'base64url')
      const wanted = sign(`${header}.${payload}`)
      if (given.length !== wanted.length || !timingSafeEqual(given, wanted)) return undefined
      const claims: { sub: string; exp: number } = JSON.parse(
        Buffer.from(payload, 'base64url').toString('utf8'),
      )
      return claims.exp > seconds() ? claims.sub : undefined
    },
    accountIdOfRefresh: (token) => refreshTokens.get(token),
    revokeAll() {
      key = randomBytes(32)
      refreshTokens.clear()
    },
  }
}
