import { Readable } from 'node:stream'
import { type Outbound, OutboundError } from '../outbound/index.ts'
import type { LlmConfig } from './config.ts'
import { llmErrors } from './errors.ts'
import { Fault } from './fault.ts'
import type { Body } from './request-body.ts'

/** What we need of a response: `outbound.fetch` gives it, and so does a test. */
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

/** Addresses under LLM_URL, with the key. The only place where the key is revealed. */
export function createTransport(outbound: Pick<Outbound, 'fetch'>, config: LlmConfig): Transport {
  const base = config.url?.replace(/\/+$/, '')
  const key = config.apiKey?.reveal()
  const fixed = {
    'content-type': 'application/json',
    ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
  }
  return async (path, { method, body, headers, signal }) => {
    if (base === undefined) throw llmErrors.LLM_NOT_CONFIGURED({ variable: 'LLM_URL' })
    try {
      const response = await outbound.fetch(`${base}${path}`, {
        trust: 'config',
        method,
        headers: {
          ...fixed,
          ...headers,
          ...(body?.kind === 'stream' ? { 'content-length': String(body.length) } : {}),
        },
        ...(body === undefined ? {} : { body: wireBody(body) }),
        signal,
        service: 'llm',
        // Time and repetition are decided here, call by call; see deadline.ts and attempt.ts.
        timeoutMs: 0,
        headersTimeoutMs: 0,
        idleTimeoutMs: 0,
        retries: 0,
      })
      return { status: response.status, headers: response.headers, body: response.body ?? empty() }
    } catch (cause) {
      if (signal.aborted) throw signal.reason
      const retryable = cause instanceof OutboundError ? cause.retryable : true
      throw new Fault('LLM_UNAVAILABLE', { retryable, fallback: true, cause })
    }
  }
}

function wireBody(body: Body): string | ReadableStream<Uint8Array> {
  if (body.kind === 'text') return body.text
  return Readable.toWeb(
    Readable.from(body.open(), { objectMode: false }),
  ) as ReadableStream<Uint8Array>
}

async function* empty(): AsyncGenerator<Uint8Array> {}
