import { Readable } from 'node:stream'
import type { Dispatcher } from 'undici'
import { type Outbound, OutboundError } from '../outbound/index.ts'
import type { LlmConfig } from './config.ts'
import { llmErrors } from './errors.ts'
import { Fault } from './fault.ts'
import type { Body } from './request-body.ts'

/** What is read of a response. */
export type TransportResponse = {
  status: number
  headers: { get(name: string): string | null }
  body: AsyncIterable<Uint8Array>
}

export type Transport = (
  path: string,
  init: {
    method: 'GET' | 'POST'
    body?: Body
    headers?: Record<string, string>
    signal: AbortSignal
  },
) => Promise<TransportResponse>

/**
 * Addresses under LLM_URL, with the key: the only place where it is revealed.
 *
 * The connections are `outbound`'s own, but the request goes to its dispatcher and not through its
 * fetch: web streams cost 60 µs a chunk, this 15, and a thousand streams are 20,000 chunks a second.
 * Time limits, retries, log and metrics are in this folder.
 */
export function createTransport(outbound: Pick<Outbound, 'agent'>, config: LlmConfig): Transport {
  const base = config.url === undefined ? undefined : new URL(config.url)
  const prefix = base?.pathname.replace(/\/+$/, '') ?? ''
  const key = config.apiKey?.reveal()
  const fixed = {
    'user-agent': 'minato',
    'content-type': 'application/json',
    ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
  }
  return async (path, { method, body, headers, signal }) => {
    if (base === undefined) throw llmErrors.LLM_NOT_CONFIGURED({ variable: 'LLM_URL' })
    signal.throwIfAborted()
    try {
      const response = await outbound.agent('config').request({
        origin: base.origin,
        path: `${prefix}${path}${base.search}`,
        method,
        headers: { ...fixed, ...headers, ...lengthOf(body) },
        body: wireBody(body),
        signal,
        headersTimeout: 0,
        bodyTimeout: 0,
      })
      // A read that was aborted is told by the deadline's signal, not by an unhandled event.
      response.body.on('error', () => {})
      return { status: response.statusCode, headers: headersOf(response), body: response.body }
    } catch (cause) {
      if (signal.aborted) throw signal.reason
      const retryable = cause instanceof OutboundError ? cause.retryable : true
      throw new Fault('LLM_UNAVAILABLE', { retryable, fallback: true, cause })
    }
  }
}

function lengthOf(body: Body | undefined): Record<string, string> {
  return body?.kind === 'stream' ? { 'content-length': String(body.length) } : {}
}

function wireBody(body: Body | undefined): string | Readable | null {
  if (body === undefined) return null
  return body.kind === 'text' ? body.text : Readable.from(body.open(), { objectMode: false })
}

function headersOf(response: Dispatcher.ResponseData) {
  return {
    get(name: string): string | null {
      const value = response.headers[name]
      return (Array.isArray(value) ? value[0] : value) ?? null
    },
  }
}
