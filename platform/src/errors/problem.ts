import type { MinatoError } from './minato-error.ts'

export const PROBLEM_JSON = 'application/problem+json; charset=utf-8'

/**
 * The body of a failed request (RFC 9457): never a stack, never a cause.
 */
export function problemOf(error: MinatoError, locale: 'ja' | 'en', requestId: string) {
  return {
    // First: a member can add to the fields below, never replace them.
    ...error.members,
    type: `urn:minato:error:${error.code}`,
    title: error.title[locale],
    status: error.status,
    code: error.code,
    detail: error.detail[locale],
    requestId,
    ...(error.errors === undefined ? {} : { errors: error.errors }),
  }
}
