import { auditedBy, principalOf } from '@minato/platform/http'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { ConsoleServices } from './config.ts'
import type { VaultOwner } from './secrets/vault-item.ts'

/**
 * Whose vaults a request may use. An API key has no sign-in session: it reaches the built-in vault of its user, and no
 * Bitwarden vault.
 */
export function vaultOwnerOf(request: FastifyRequest): VaultOwner {
  const { userId, sessionId = '' } = principalOf(request)
  return { userId, sessionId }
}

/** Aborted when the caller hangs up: what nobody waits for is ended. */
export function untilHungUp(reply: FastifyReply): AbortSignal {
  const gone = new AbortController()
  reply.raw.once('close', () => {
    if (!reply.raw.writableFinished) gone.abort(new Error('The client has left.'))
  })
  return gone.signal
}

/**
 * Writes down who did what to what, from where.
 *
 * @example await recordAct(services, request, 'container.start', `container:${id}`)
 */
export async function recordAct(
  { audit }: Pick<ConsoleServices, 'audit'>,
  request: FastifyRequest,
  act: string,
  target: string,
  metadata?: Record<string, unknown>,
): Promise<void> {
  await audit.record({ ...auditedBy(request), action: `mcp-console.${act}`, target, metadata })
}
