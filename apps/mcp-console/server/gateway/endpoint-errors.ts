import type { RouteServer } from '@minato/platform/app'
import { isDatabaseDown } from '@minato/platform/data'
import { commonErrors, MinatoError } from '@minato/platform/errors'
import type { FastifyError } from 'fastify'
import type { ConsoleServices } from '../config.ts'
import { REFUSED } from './json-rpc.ts'

/**
 * Refusals of `/mcp` as JSON-RPC errors without an id, under the HTTP status they have, in words
 * that a client can show. A 401 says where authorization is described (RFC 9728, 5.1).
 */
export function endpointErrors(server: RouteServer, services: ConsoleServices): void {
  const metadata = `resource_metadata="${services.publicUrl}/.well-known/oauth-protected-resource/mcp"`
  server.setErrorHandler((caught: FastifyError | MinatoError | Error, request, reply) => {
    const error = knownError(caught)
    if (error.code === 'INTERNAL') {
      services.errors.capture(caught, { requestId: request.id, route: '/mcp' })
    }
    const challenge = error.status === 401 ? challengeOf(error, metadata) : {}
    const body = {
      jsonrpc: '2.0',
      id: null,
      error: {
        code: REFUSED,
        message: error.detail[request.locale],
        data: { code: error.code, requestId: request.id },
      },
    }
    return reply
      .status(error.status)
      .headers({ ...error.headers, ...challenge })
      .header('content-type', 'application/json')
      .header('cache-control', 'no-store')
      .send(JSON.stringify(body))
  })
}

function challengeOf(error: MinatoError, metadata: string): Record<string, string> {
  const own = error.headers['www-authenticate'] ?? error.headers['WWW-Authenticate'] ?? 'Bearer'
  const joint = own.includes('=') ? ', ' : ' '
  return { 'www-authenticate': `${own}${joint}${metadata}` }
}

function knownError(caught: FastifyError | MinatoError | Error): MinatoError {
  if (caught instanceof MinatoError) return caught
  if (isDatabaseDown(caught)) return commonErrors.DATABASE_UNAVAILABLE({}, { cause: caught })
  const status = 'statusCode' in caught ? caught.statusCode : undefined
  if (status === 413) return commonErrors.BODY_TOO_LARGE()
  if (status === 415) return commonErrors.MEDIA_TYPE_UNSUPPORTED({ accepted: 'application/json' })
  if (status !== undefined && status < 500) return commonErrors.BAD_REQUEST()
  return commonErrors.INTERNAL({}, { cause: caught })
}
