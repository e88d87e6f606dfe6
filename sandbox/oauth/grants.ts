import { createHash, randomBytes } from 'node:crypto'
import type { Client } from './clients.ts'
import { OAuthRefusal } from './errors.ts'

const CODE_LIFETIME_MS = 60_000

/** What a person has agreed to: one authorization, and every token that came of it. */
type Grant = {
  clientId: string
  redirectUri: string
  challenge: string
  resource: string | undefined
  scope: string
  codeSpent: boolean
  codeExpiresAt: number
  /** The one refresh token that is good; those before it are known, and betray a theft. */
  refresh: string | undefined
  revoked: boolean
}

type Access = { grant: Grant; expiresAt: number }

export type TokenAnswer = {
  access_token: string
  token_type: 'Bearer'
  expires_in: number
  scope: string
  refresh_token?: string
}

export type IssueOptions = { expiresInSeconds: number; withoutRefreshToken: boolean }

export type Grants = {
  open(asked: Omit<Grant, 'codeSpent' | 'codeExpiresAt' | 'refresh' | 'revoked'>): string
  exchange(client: Client, form: URLSearchParams, options: IssueOptions): TokenAnswer
  refresh(client: Client, form: URLSearchParams, options: IssueOptions): TokenAnswer
  revoke(client: Client, token: string): void
  /** What a protected server asks: the resource a token is good for now, or undefined. */
  verify(token: string): { resource: string | undefined; scope: string } | undefined
  counts(): { grants: number; accessTokens: number; revoked: number }
  clear(): void
}

/** Codes and tokens, each good for as much as OAuth 2.1 lets it be. */
export function createGrants(now: () => Date): Grants {
  const codes = new Map<string, Grant>()
  const refreshTokens = new Map<string, Grant>()
  const accessTokens = new Map<string, Access>()

  function issue(grant: Grant, options: IssueOptions): TokenAnswer {
    const access = token()
    accessTokens.set(access, {
      grant,
      expiresAt: now().getTime() + options.expiresInSeconds * 1000,
    })
    const answer: TokenAnswer = {
      access_token: access,
      token_type: 'Bearer',
      expires_in: options.expiresInSeconds,
      scope: grant.scope,
    }
    if (options.withoutRefreshToken) return answer
    grant.refresh = token()
    refreshTokens.set(grant.refresh, grant)
    return { ...answer, refresh_token: grant.refresh }
  }

  return {
    open(asked) {
      const code = token()
      const codeExpiresAt = now().getTime() + CODE_LIFETIME_MS
      const state = { codeSpent: false, codeExpiresAt, refresh: undefined, revoked: false }
      codes.set(code, { ...asked, ...state })
      return code
    },
    exchange(client, form, options) {
      const grant = codes.get(form.get('code') ?? '')
      checkCode(grant, client, now)
      // Spent at the first try, whatever comes of it.
      grant.codeSpent = true
      checkProof(grant, form)
      return issue(grant, options)
    },
    refresh(client, form, options) {
      const grant = goodRefresh(refreshTokens, client, form)
      checkResource(grant, form)
      return issue(grant, { ...options, withoutRefreshToken: false })
    },
    revoke(client, given) {
      const grant = refreshTokens.get(given) ?? accessTokens.get(given)?.grant
      if (grant?.clientId === client.id) grant.revoked = true
    },
    verify(given) {
      const access = accessTokens.get(given)
      if (access === undefined || access.grant.revoked) return undefined
      if (access.expiresAt <= now().getTime()) return undefined
      return { resource: access.grant.resource, scope: access.grant.scope }
    },
    counts: () => ({
      grants: codes.size,
      accessTokens: accessTokens.size,
      revoked: [...codes.values()].filter((grant) => grant.revoked).length,
    }),
    clear() {
      codes.clear()
      refreshTokens.clear()
      accessTokens.clear()
    },
  }
}

/** The grant of a refresh token; the second use of one ends the whole grant. */
function goodRefresh(tokens: Map<string, Grant>, client: Client, form: URLSearchParams): Grant {
  const given = form.get('refresh_token') ?? ''
  const grant = tokens.get(given)
  if (grant === undefined || grant.clientId !== client.id || grant.revoked) {
    throw invalidGrant('This refresh token is not good.')
  }
  if (grant.refresh !== given) {
    grant.revoked = true
    throw invalidGrant('This refresh token was used before: all tokens of its grant are revoked.')
  }
  return grant
}

function checkCode(
  grant: Grant | undefined,
  client: Client,
  now: () => Date,
): asserts grant is Grant {
  if (grant === undefined || grant.clientId !== client.id)
    throw invalidGrant('This code is not good.')
  if (grant.codeSpent) {
    // OAuth 2.1, 4.1.3: a second use may be a theft, so what the first one gave ends too.
    grant.revoked = true
    throw invalidGrant('This code was used before: its tokens are revoked.')
  }
  if (grant.codeExpiresAt <= now().getTime()) throw invalidGrant('This code has expired.')
}

function checkProof(grant: Grant, form: URLSearchParams): void {
  if (form.get('redirect_uri') !== grant.redirectUri) {
    throw invalidGrant('redirect_uri is not the one of the authorization.')
  }
  const verifier = form.get('code_verifier') ?? ''
  if (!/^[A-Za-z0-9._~-]{43,128}$/.test(verifier)) {
    throw new OAuthRefusal(
      'invalid_request',
      'code_verifier needs 43 to 128 unreserved characters.',
    )
  }
  if (createHash('sha256').update(verifier).digest('base64url') !== grant.challenge) {
    throw invalidGrant('code_verifier does not fit the challenge.')
  }
  checkResource(grant, form)
}

function checkResource(grant: Grant, form: URLSearchParams): void {
  const asked = form.get('resource')
  if (asked !== null && asked !== grant.resource) {
    throw new OAuthRefusal('invalid_target', 'This grant is for another resource.')
  }
}

function invalidGrant(message: string): OAuthRefusal {
  return new OAuthRefusal('invalid_grant', message)
}

function token(): string {
  return randomBytes(24).toString('base64url')
}
