import { gzip } from 'node:zlib'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'

/** Below this, compressing costs more than it saves. */
const THRESHOLD_CHARS = 2048
const ACCEPTS_GZIP = /\bgzip\b(?!\s*;\s*q=0(?:\.0*)?(?:,|$))/i
const COMPRESSIBLE = /^(application\/(json|problem\+json|javascript)|text\/)/

/**
 * Compresses large text answers. The usual plugin adds promises to every request (a tenth of the
 * throughput of a small JSON answer); this looks at the size first and is done for most.
 * Built assets are compressed when they are built.
 */
export function compressAnswers(server: FastifyInstance): void {
  server.addHook('onSend', (request, reply, payload, done) => {
    if (
      typeof payload !== 'string' ||
      payload.length < THRESHOLD_CHARS ||
      !wanted(request, reply)
    ) {
      done(null, payload)
      return
    }
    gzip(payload, (error, zipped) => {
      if (error !== null) {
        done(null, payload)
        return
      }
      reply.header('content-encoding', 'gzip')
      addVary(reply)
      reply.removeHeader('content-length')
      done(null, zipped)
    })
  })
}

/**
 * BREACH (CVE-2013-3587): where another site can make a signed-in browser ask, and the answer holds
 * a secret, its compressed length gives the secret away. Such answers go out as they are.
 */
function mayBeGuessed(request: FastifyRequest): boolean {
  if (request.routeOptions.config?.sensitive === true) return true
  const site = request.headers['sec-fetch-site']
  return (site === 'cross-site' || site === 'same-site') && request.headers.cookie !== undefined
}

/** Beside what is there: CORS varies by origin. */
function addVary(reply: FastifyReply): void {
  const present = reply.getHeader('vary')
  reply.header('vary', present === undefined ? 'accept-encoding' : `${present}, accept-encoding`)
}

function wanted(request: FastifyRequest, reply: FastifyReply): boolean {
  const encodings = request.headers['accept-encoding']
  return (
    encodings !== undefined &&
    !mayBeGuessed(request) &&
    ACCEPTS_GZIP.test(encodings) &&
    reply.getHeader('content-encoding') === undefined &&
    COMPRESSIBLE.test(String(reply.getHeader('content-type') ?? ''))
  )
}
