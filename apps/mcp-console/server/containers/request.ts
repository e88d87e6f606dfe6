import { principalOf } from '@minato/platform/http'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { ConsoleServices } from '../config.ts'
import type { VaultOwner } from '../secrets/index.ts'

/** Whose vault a request may open. A key has no sign-in, so only the built-in vault is open to it. */
export function vaultOwnerOf(request: FastifyRequest): VaultOwner {
  const { userId, sessionId = '' } = principalOf(request)
  return { userId, sessionId }
}

/** Aborted when the client has left before its answer. */
export function leaving(reply: FastifyReply): AbortSignal {
  const gone = new AbortController()
  reply.raw.once('close', () => {
    if (!reply.raw.writableEnded) gone.abort(new Error('The client has left.'))
  })
  return gone.signal
}

/** Who did what to which container. */
export async function recordAct(
  services: ConsoleServices,
  request: FastifyRequest,
  act: string,
  containerId: string,
  metadata: Record<string, unknown> = {},
): Promise<void> {
  const { userId, email } = principalOf(request)
  await services.audit.record({
    actorId: userId,
    actorEmail: email,
    action: `mcp-console.container.${act}`,
    target: `container:${containerId}`,
    ip: request.ip,
    requestId: request.id,
    metadata,
  })
}
