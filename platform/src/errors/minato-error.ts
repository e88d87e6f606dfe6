import type { Bilingual } from '../config/index.ts'

/** One invalid field of a request: where, which rule, and a sentence for the person. */
export type FieldError = { path: string; code: string; message: string }

type Params = Record<string, string | number>
type ErrorOptions = {
  cause?: unknown
  headers?: Record<string, string>
  errors?: FieldError[]
  /** Further members of the body that a program reads, such as `retryAfterSeconds` (RFC 9457, 3.2). */
  members?: Record<string, string | number | boolean>
}
type Row = { status: number; title: Bilingual; detail: Bilingual }

/** An expected failure with a stable code, an HTTP status and a sentence that says what to do next. */
export class MinatoError extends Error {
  readonly code: string
  readonly status: number
  readonly title: Bilingual
  readonly detail: Bilingual
  readonly headers: Record<string, string>
  readonly errors: FieldError[] | undefined
  readonly members: Readonly<Record<string, string | number | boolean>>

  constructor(code: string, row: Row, params: Params = {}, options: ErrorOptions = {}) {
    const detail = { en: fill(row.detail.en, params), ja: fill(row.detail.ja, params) }
    super(detail.en, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'MinatoError'
    this.code = code
    this.status = row.status
    this.title = row.title
    this.detail = detail
    this.headers = options.headers ?? {}
    this.errors = options.errors
    this.members = options.members ?? {}
  }
}

function fill(text: string, params: Params): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => String(params[name] ?? whole))
}

type Factories<T> = {
  readonly [K in keyof T]: (params?: Params, options?: ErrorOptions) => MinatoError
}

const TABLES: Record<string, Row> = Object.create(null)

/**
 * A module's table of errors: code → status, title, and what to do next, in both languages.
 *
 * @example
 * const errors = defineErrors({
 *   FILE_GONE: { status: 404, title: { en: 'No such file', ja: 'ファイルがありません' },
 *     detail: { en: 'Check the link.', ja: 'リンクを確認してください。' } },
 * })
 * throw errors.FILE_GONE()
 */
export function defineErrors<T extends Record<string, Row>>(table: T): Factories<T> {
  const factories: Record<string, (params?: Params, options?: ErrorOptions) => MinatoError> = {}
  for (const [code, row] of Object.entries(table)) {
    TABLES[code] = row
    factories[code] = (params, options) => new MinatoError(code, row, params, options)
  }
  return Object.freeze(factories) as Factories<T>
}

/** Every error defined so far, by code: what the reference is generated from. */
export function definedErrors(): Readonly<Record<string, Row>> {
  return TABLES
}
