import { defineErrors, MinatoError } from '../errors/index.ts'
import { OUTBOUND_ERRORS, type OutboundCode } from './error-table.ts'

// Registered for the reference of all errors; the class below adds host and retryable.
defineErrors(OUTBOUND_ERRORS)

type Options = {
  cause?: unknown
  params?: Record<string, string | number>
  /** Where the table's answer is too kind: a name that does not exist will not exist in a second. */
  retryable?: boolean
}

/**
 * A call to the outside that was refused or failed. `code` is a key of the table, `status` the one
 * an HTTP answer should carry, `retryable` says whether the same call may succeed a moment later.
 *
 * @example
 * try { await outbound.fetch(url, { trust: 'user' }) } catch (error) {
 *   if (error instanceof OutboundError) show(error.detail.ja)
 * }
 */
export class OutboundError extends MinatoError {
  declare readonly code: OutboundCode
  readonly retryable: boolean
  readonly host: string
  /** False if surely no byte of the request left: safe to repeat whatever the method. */
  sent: boolean

  constructor(code: OutboundCode, host: string, options: Options = {}) {
    super(code, OUTBOUND_ERRORS[code], options.params, { cause: options.cause })
    this.name = 'OutboundError'
    this.retryable = options.retryable ?? OUTBOUND_ERRORS[code].retryable
    this.host = host
    this.sent =
      this.status !== 422 && code !== 'OUTBOUND_CIRCUIT_OPEN' && code !== 'OUTBOUND_CLOSED'
  }
}

const BY_SYSTEM_CODE: Readonly<Record<string, OutboundCode>> = Object.assign(Object.create(null), {
  ECONNREFUSED: 'OUTBOUND_CONNECT_FAILED',
  EHOSTUNREACH: 'OUTBOUND_CONNECT_FAILED',
  ENETUNREACH: 'OUTBOUND_CONNECT_FAILED',
  EADDRNOTAVAIL: 'OUTBOUND_CONNECT_FAILED',
  EACCES: 'OUTBOUND_CONNECT_FAILED',
  ETIMEDOUT: 'OUTBOUND_TIMEOUT',
  UND_ERR_CONNECT_TIMEOUT: 'OUTBOUND_TIMEOUT',
  UND_ERR_HEADERS_TIMEOUT: 'OUTBOUND_TIMEOUT',
  UND_ERR_BODY_TIMEOUT: 'OUTBOUND_TIMEOUT',
  UND_ERR_CLOSED: 'OUTBOUND_CLOSED',
  UND_ERR_DESTROYED: 'OUTBOUND_CLOSED',
  UND_ERR_SOCKET: 'OUTBOUND_CONNECTION_LOST',
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: 'OUTBOUND_CONNECTION_LOST',
  ECONNRESET: 'OUTBOUND_CONNECTION_LOST',
  ECONNABORTED: 'OUTBOUND_CONNECTION_LOST',
  EPIPE: 'OUTBOUND_CONNECTION_LOST',
})

/**
 * Names what a socket, TLS or undici threw in the words of the table. An error that is none of
 * these (a wrong header, a bug) comes back as it is.
 */
export function toOutboundError(error: unknown, host: string): unknown {
  for (const link of causes(error)) {
    if (link instanceof OutboundError) return link
    const code = codeOf(link)
    if (code !== undefined) return new OutboundError(code, host, { cause: error })
  }
  return error
}

function codeOf(error: unknown): OutboundCode | undefined {
  if (!(error instanceof Error)) return undefined
  const code = 'code' in error && typeof error.code === 'string' ? error.code : ''
  if (BY_SYSTEM_CODE[code]) return BY_SYSTEM_CODE[code]
  if (code.startsWith('HPE_')) return 'OUTBOUND_CONNECTION_LOST'
  if (/^ERR_(?:TLS|SSL)|CERT|SELF_SIGNED|UNABLE_TO_|^EPROTO$/.test(code))
    return 'OUTBOUND_TLS_FAILED'
  // undici's fetch refuses browsers' "bad ports" without a code.
  if (error.message === 'bad port') return 'OUTBOUND_PORT'
  // What undici's fetch says of a broken exchange (an answer that is not HTTP, say) if no cause of
  // it has a code; its complaints about wrong arguments read differently.
  const broken = error.message === 'fetch failed' || error.message === 'terminated'
  return broken && !hasKnownCause(error) ? 'OUTBOUND_CONNECTION_LOST' : undefined
}

function hasKnownCause(error: Error): boolean {
  return causes(error.cause).some((cause) => cause instanceof OutboundError || codeOf(cause))
}

/** The error, its causes, and the parts of an AggregateError (one a tried address). */
function causes(error: unknown): unknown[] {
  const chain: unknown[] = []
  let link = error
  while (link instanceof Error && chain.length < 8) {
    chain.push(link)
    link = link.cause ?? (link instanceof AggregateError ? link.errors[0] : undefined)
  }
  return chain
}
