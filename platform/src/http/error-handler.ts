import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { isDatabaseDown, sqlState } from '../data/index.ts'
import {
  commonErrors,
  type ErrorReporter,
  type FieldError,
  MinatoError,
  PROBLEM_JSON,
  problemOf,
} from '../errors/index.ts'

type Caught = FastifyError | MinatoError | Error

/** Turns whatever was thrown into problem+json; what nobody expected is recorded as an error group. */
export function handleErrors(
  server: FastifyInstance,
  deps: { errors: ErrorReporter; log: { warn(event: string, fields?: object): void } },
): void {
  server.setErrorHandler((caught: Caught, request, reply) => {
    const known = knownError(caught, request.locale)
    if (known === undefined) {
      deps.errors.capture(caught, {
        requestId: request.id,
        route: request.routeOptions.url ?? 'unknown',
        ...(request.principal ? { userId: request.principal.userId } : {}),
      })
    } else if (known.status >= 500) {
      deps.log.warn('http.failed', { code: known.code, requestId: request.id, err: caught })
    }
    return sendProblem(request, reply, known ?? commonErrors.INTERNAL({}, { cause: caught }))
  })
}

/** Sends the problem in the person's language. */
export function sendProblem(request: FastifyRequest, reply: FastifyReply, error: MinatoError) {
  return reply
    .status(error.status)
    .headers(error.headers)
    .header('content-type', PROBLEM_JSON)
    .header('cache-control', 'no-store')
    .send(JSON.stringify(problemOf(error, request.locale, request.id)))
}

/** character_not_in_repertoire, untranslatable_character: a NUL in a text, which PostgreSQL cannot keep. */
const UNSTORABLE = new Set(['22021', '22P05'])

/** The error a person can act on, or undefined for one nobody expected. */
function knownError(error: Caught, locale: 'ja' | 'en'): MinatoError | undefined {
  if (error instanceof MinatoError) return error
  if (isDatabaseDown(error)) {
    return commonErrors.DATABASE_UNAVAILABLE({}, { cause: error, headers: { 'retry-after': '2' } })
  }
  if (UNSTORABLE.has(sqlState(error) ?? '')) return commonErrors.BAD_REQUEST({}, { cause: error })
  if ('validation' in error && error.validation) return validationError(error, locale)
  return 'code' in error
    ? (FASTIFY_ERRORS[String(error.code)]?.() ?? clientError(error))
    : undefined
}

function validationError(error: FastifyError, locale: 'ja' | 'en'): MinatoError {
  // An id that cannot exist is answered like one that does not.
  if (error.validationContext === 'params') return commonErrors.NOT_FOUND()
  const errors = (error.validation ?? []).map(
    (issue): FieldError => ({
      path: issue.instancePath,
      code: issue.keyword,
      message: String((locale === 'ja' ? issue.params['ja'] : undefined) ?? issue.message),
    }),
  )
  return commonErrors.VALIDATION_FAILED({}, { errors })
}

const FASTIFY_ERRORS: Record<string, () => MinatoError> = {
  FST_ERR_CTP_BODY_TOO_LARGE: () => commonErrors.BODY_TOO_LARGE(),
  FST_ERR_CTP_INVALID_MEDIA_TYPE: () =>
    commonErrors.MEDIA_TYPE_UNSUPPORTED({ accepted: 'application/json' }),
  FST_ERR_CTP_EMPTY_JSON_BODY: () => commonErrors.BAD_REQUEST(),
  FST_ERR_CTP_INVALID_JSON_BODY: () => commonErrors.BAD_REQUEST(),
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: () => commonErrors.BAD_REQUEST(),
  FST_ERR_BAD_URL: () => commonErrors.NOT_FOUND(),
  FST_ERR_ASYNC_CONSTRAINT: () => commonErrors.BAD_REQUEST(),
}

/** Other 4xx of Fastify and its plugins (bad multipart, aborted body). */
function clientError(error: Caught): MinatoError | undefined {
  const status = 'statusCode' in error ? error.statusCode : undefined
  if (status === 413) return commonErrors.BODY_TOO_LARGE()
  if (status === 415) return commonErrors.MEDIA_TYPE_UNSUPPORTED({ accepted: 'application/json' })
  if (status === 404) return commonErrors.NOT_FOUND()
  return status !== undefined && status >= 400 && status < 500
    ? commonErrors.BAD_REQUEST()
    : undefined
}
