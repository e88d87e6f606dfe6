/** One field's fault, in the person's words. */
export type FieldError = { path: string; code: string; message: string }

/** What the server answered that was not a success (RFC 9457), or why it could not be asked. */
export class ApiError extends Error {
  override readonly name = 'ApiError'
  readonly status: number
  readonly code: string
  readonly title: string
  readonly detail: string
  readonly requestId: string | undefined
  readonly errors: FieldError[]
  readonly retryAfterMs: number | undefined

  constructor(problem: {
    status: number
    code: string
    title: string
    detail: string
    requestId?: string | undefined
    errors?: FieldError[]
    retryAfterMs?: number | undefined
  }) {
    super(`${problem.code}: ${problem.title}`)
    this.status = problem.status
    this.code = problem.code
    this.title = problem.title
    this.detail = problem.detail
    this.requestId = problem.requestId
    this.errors = problem.errors ?? []
    this.retryAfterMs = problem.retryAfterMs
  }
}

/** Reads problem+json; an answer of another shape (a proxy's page) becomes an error too. */
export function problemOf(
  status: number,
  body: string,
  header: (name: string) => string | null,
): ApiError {
  const parsed = parse(body)
  const text = (name: string) => {
    const value = parsed[name]
    return typeof value === 'string' ? value : undefined
  }
  return new ApiError({
    status,
    code: text('code') ?? `HTTP_${status}`,
    title: text('title') ?? '',
    detail: text('detail') ?? '',
    requestId: text('requestId') ?? header('x-request-id') ?? undefined,
    errors: Array.isArray(parsed.errors) ? parsed.errors.filter(isFieldError) : [],
    retryAfterMs: retryAfter(header('retry-after')),
  })
}

function parse(body: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(body)
    return typeof value === 'object' && value !== null ? { ...value } : {}
  } catch {
    return {}
  }
}

function isFieldError(value: unknown): value is FieldError {
  if (typeof value !== 'object' || value === null) return false
  const { path, message } = value as Record<string, unknown>
  return typeof path === 'string' && typeof message === 'string'
}

/** Seconds or a date (RFC 9110 section 10.2.3), as milliseconds from now. */
function retryAfter(value: string | null): number | undefined {
  if (value === null) return undefined
  const seconds = Number(value)
  if (Number.isFinite(seconds)) return Math.max(0, seconds * 1000)
  const at = Date.parse(value)
  return Number.isNaN(at) ? undefined : Math.max(0, at - Date.now())
}
