import { ApiError, address } from '@minato/web/api'
import { eventParser, type StreamEvent } from '@minato/web/event-stream'
import { currentLocale } from '@minato/web/locale'

/**
 * As `eventStream`, for a form with files: `fetch` cannot tell how much of a body has been sent,
 * an XMLHttpRequest can, and gives its answer as it comes.
 */
export async function* uploadStream<T>(
  path: string,
  options: { body: FormData; signal: AbortSignal; onSent: (sent: number) => void },
): AsyncGenerator<StreamEvent<T>, void, undefined> {
  const xhr = new XMLHttpRequest()
  const feed = eventParser()
  const events: StreamEvent<T>[] = []
  let read = 0
  let over: { error?: unknown } | undefined
  let wake: () => void = () => undefined
  const take = () => {
    if (xhr.status !== 200) return
    const text = xhr.responseText
    for (const event of feed(text.slice(read)))
      events.push({ ...event, data: JSON.parse(event.data) })
    read = text.length
    wake()
  }
  const end = (error?: unknown) => {
    over = { error }
    wake()
  }
  xhr.upload.onprogress = ({ lengthComputable, loaded, total }) => {
    if (lengthComputable) options.onSent(loaded / total)
  }
  xhr.onprogress = take
  xhr.onload = () => {
    take()
    end(xhr.status === 200 ? undefined : refusal(xhr))
  }
  xhr.onerror = () => end(new ApiError({ ...silent, code: read > 0 ? 'STREAM_CUT' : unreached }))
  xhr.onabort = () => end(new DOMException('Cancelled', 'AbortError'))
  options.signal.addEventListener('abort', () => xhr.abort(), { once: true })
  xhr.open('POST', address(path))
  xhr.setRequestHeader('accept', 'text/event-stream')
  xhr.setRequestHeader('accept-language', currentLocale())
  xhr.send(options.body)
  try {
    for (;;) {
      yield* events.splice(0)
      if (over !== undefined && events.length === 0) {
        if (over.error !== undefined) throw over.error
        return
      }
      if (events.length === 0) await new Promise<void>((resolve) => (wake = resolve))
    }
  } finally {
    xhr.abort()
  }
}

const unreached = 'NETWORK_UNREACHABLE'
const silent = { status: 0, title: '', detail: '' }

function refusal(xhr: XMLHttpRequest): ApiError {
  const problem = parsed(xhr.responseText)
  const text = (name: string) => (typeof problem[name] === 'string' ? problem[name] : undefined)
  const seconds = Number(xhr.getResponseHeader('retry-after') ?? Number.NaN)
  return new ApiError({
    status: xhr.status,
    code: text('code') ?? `HTTP_${xhr.status}`,
    title: text('title') ?? '',
    detail: text('detail') ?? '',
    requestId: text('requestId') ?? xhr.getResponseHeader('x-request-id') ?? undefined,
    retryAfterMs: Number.isFinite(seconds) ? seconds * 1000 : undefined,
  })
}

function parsed(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? { ...value } : {}
  } catch {
    return {}
  }
}
