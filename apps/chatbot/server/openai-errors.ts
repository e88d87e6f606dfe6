import type { RouteServer } from '@minato/platform/app'
import { isDatabaseDown } from '@minato/platform/data'
import { commonErrors, MinatoError } from '@minato/platform/errors'
import type { FastifyError } from 'fastify'
import type { ChatbotServices } from './write-answer.ts'

type OpenAiError = {
  error: { message: string; type: string; param: string | null; code: string | null }
}

/** Answers in OpenAI's error shape, so that its clients raise the exception their users expect. */
export function openAiErrors(server: RouteServer, services: ChatbotServices): void {
  server.setErrorHandler((caught: FastifyError | MinatoError | Error, request, reply) => {
    const error = knownError(caught)
    if (error.code === 'INTERNAL') {
      services.errors.capture(caught, { requestId: request.id, route: '/v1' })
    }
    const param =
      'validation' in caught ? (caught.validation?.[0]?.instancePath.slice(1) ?? null) : null
    return reply
      .status(error.status)
      .headers(error.headers)
      .type('application/json; charset=utf-8')
      .send(JSON.stringify(openAiError(error, request.locale, param)))
  })
}

export function openAiError(
  error: MinatoError,
  locale: 'ja' | 'en',
  param: string | null = null,
): OpenAiError {
  return {
    error: { message: error.detail[locale], type: typeOf(error.status), param, code: error.code },
  }
}

function knownError(caught: FastifyError | MinatoError | Error): MinatoError {
  if (caught instanceof MinatoError) return caught
  if (isDatabaseDown(caught)) return commonErrors.DATABASE_UNAVAILABLE({}, { cause: caught })
  const status = 'statusCode' in caught ? caught.statusCode : undefined
  if (status === 413) return commonErrors.BODY_TOO_LARGE()
  if ('validation' in caught && caught.validation) {
    const first = caught.validation[0]
    const message = `${first?.instancePath.slice(1)}: ${first?.message}`
    return commonErrors.BAD_REQUEST({}, { errors: [{ path: 'body', code: 'invalid', message }] })
  }
  if (status !== undefined && status < 500) return commonErrors.BAD_REQUEST()
  return commonErrors.INTERNAL({}, { cause: caught })
}

function typeOf(status: number): string {
  if (status === 401) return 'authentication_error'
  if (status === 403) return 'permission_error'
  if (status === 429) return 'rate_limit_error'
  return status >= 500 ? 'server_error' : 'invalid_request_error'
}
