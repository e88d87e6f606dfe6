import type { FastifyRequest } from 'fastify'
import { vaultOwnerOf } from '../request.ts'
import { secretsErrors } from './errors.ts'
import type { VaultOwner } from './vault-item.ts'

/** @throws {MinatoError} MCP_CONSOLE_VAULT_NEEDS_SESSION for an API key */
export function sessionOwner(request: FastifyRequest): VaultOwner {
  const owner = vaultOwnerOf(request)
  if (owner.sessionId === '') throw secretsErrors.MCP_CONSOLE_VAULT_NEEDS_SESSION()
  return owner
}
