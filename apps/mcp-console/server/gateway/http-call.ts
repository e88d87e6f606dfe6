import type { Outbound } from '@minato/platform/outbound'

/** What may dial: `services.outbound.agent('config' | 'user')`. */
export type Dispatcher = ReturnType<Outbound['agent']>

export type HttpCall = {
  dispatcher: Dispatcher
  url: URL
  method: 'POST' | 'GET' | 'DELETE'
  headers: Record<string, string>
  body?: string
}

export type HttpReader = {
  head(status: number, headers: Record<string, string | string[] | undefined>): void
  data(chunk: Buffer): void
  end(): void
  error(error: Error): void
}

/**
 * One HTTP exchange by undici's dispatcher itself: fetch and its web streams cost several times what
 * the exchange costs, and a tool call pays it each time. Time limits are the caller's.
 * @returns a function that ends the exchange; nothing is reported after it.
 */
export function httpCall(call: HttpCall, reader: HttpReader): () => void {
  let abort: (() => void) | undefined
  let over = false
  const finish = (tell: () => void): void => {
    if (over) return
    over = true
    tell()
  }
  const options = {
    origin: call.url.origin,
    path: call.url.pathname + call.url.search,
    method: call.method,
    headers: call.headers,
    ...(call.body === undefined ? {} : { body: call.body }),
    headersTimeout: 0,
    bodyTimeout: 0,
  }
  call.dispatcher.dispatch(options, {
    onRequestStart(controller) {
      abort = () => controller.abort(new Error('The exchange was ended.'))
      if (over) abort()
    },
    onResponseStart(_controller, status, headers) {
      if (!over && status >= 200) reader.head(status, headers)
    },
    onResponseData(controller, chunk) {
      if (over) return
      try {
        reader.data(chunk)
      } catch (error) {
        controller.abort(error instanceof Error ? error : new Error(String(error)))
      }
    },
    onResponseEnd: () => finish(() => reader.end()),
    onResponseError: (_controller, error) => finish(() => reader.error(error)),
  })
  return () => {
    over = true
    abort?.()
  }
}
