import { randomUUID } from 'node:crypto'
import type { Socket } from 'node:net'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { commonErrors, type MinatoError, PROBLEM_JSON, problemOf } from '../errors/index.ts'
import { httpErrors } from './errors.ts'
import { localeOf } from './locale.ts'

/**
 * Answers what never became a request: broken syntax, headers too large, or too slow. Nothing is
 * known of the language, so it is English.
 */
export function answerBrokenRequest(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed || !socket.writable) {
    socket.destroy()
    return
  }
  const problem = problemFor(error.code)
  const body = JSON.stringify(problemOf(problem, 'en', randomUUID()))
  socket.end(
    [
      `HTTP/1.1 ${problem.status} ${problem.title.en}`,
      `Content-Type: ${PROBLEM_JSON}`,
      `Content-Length: ${Buffer.byteLength(body)}`,
      'Cache-Control: no-store',
      'X-Content-Type-Options: nosniff',
      'Connection: close',
      '',
      body,
    ].join('\r\n'),
  )
}

/**
 * Answers an address that the router cannot read (`/%`). Fastify runs no hook for it and would answer in
 * its own words, without our headers.
 */
export function answerUnreadableAddress(headers: Readonly<Record<string, string>>) {
  return (_error: Error, request: FastifyRequest, reply: FastifyReply): void => {
    const problem = commonErrors.NOT_FOUND()
    const locale = localeOf(request.headers['accept-language'])
    void reply
      .status(problem.status)
      .headers({ ...headers, 'x-request-id': request.id, 'cache-control': 'no-store' })
      .header('content-type', PROBLEM_JSON)
      .send(JSON.stringify(problemOf(problem, locale, request.id)))
  }
}

function problemFor(code: string | undefined): MinatoError {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return httpErrors.HTTP_REQUEST_TIMEOUT()
  if (code === 'HPE_HEADER_OVERFLOW') return httpErrors.HTTP_HEADERS_TOO_LARGE()
  return commonErrors.BAD_REQUEST()
}
