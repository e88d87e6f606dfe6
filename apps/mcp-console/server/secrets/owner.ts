import { type Principal, principalOf } from '@minato/platform/http'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { secretsErrors } from './errors.ts'
import type { VaultOwner } from './vault-item.ts'

/**
 * Whose vaults a request may use. An API key has no sign-in session: it reaches the built-in vault of its user, and no
 * Bitwarden vault.
 */
export function vaultOwner(principal: Pick<Principal, 'userId' | 'sessionId'>): VaultOwner {
  return { userId: principal.userId, sessionId: principal.sessionId ?? '' }
}

/** @throws {MinatoError} MCP_CONSOLE_VAULT_NEEDS_SESSION for an API key */
export function sessionOwner(request: FastifyRequest): VaultOwner {
  const owner = vaultOwner(principalOf(request))
  if (owner.sessionId === '') throw secretsErrors.MCP_CONSOLE_VAULT_NEEDS_SESSION()
  return owner
}

/** Who acted from where, for the audit log. */
export function auditedBy(request: FastifyRequest) {
  const { userId, email } = principalOf(request)
  return { actorId: userId, actorEmail: email, ip: request.ip, requestId: request.id }
}

/** Aborted when the caller hangs up: a program that nobody waits for is ended. */
export function untilHungUp(reply: FastifyReply): AbortSignal {
  const gone = new AbortController()
  reply.raw.once('close', () => {
    if (!reply.raw.writableFinished) gone.abort()
  })
  return gone.signal
}
