import { ApiError, api, type SendOptions } from './api.ts'

/** One event of a stream (WHATWG server-sent events); `data` is the parsed JSON. */
export type StreamEvent<T = unknown> = { id: string; event: string; data: T }

/**
 * Reads server-sent events over fetch: any method, with a body, stopped by a signal. A refusal
 * (also one before the first event) is an `ApiError`. To go on after a cut, call again with the
 * last id in the `last-event-id` header.
 *
 * @example
 * for await (const { event, data } of eventStream('/api/chatbot/…', { method: 'POST', body: form }))
 *   if (event === 'delta') append(data.text)
 */
export async function* eventStream<T = unknown>(
  path: string,
  init: SendOptions = {},
): AsyncGenerator<StreamEvent<T>, void, undefined> {
  const response = await api.raw(path, {
    ...init,
    headers: { accept: 'text/event-stream', ...init.headers },
  })
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader()
  if (reader === undefined) return
  const feed = eventParser()
  try {
    for (;;) {
      const { value, done } = await reader.read().catch(cut)
      if (done) return
      for (const event of feed(value)) yield { ...event, data: parseData<T>(event.data) }
    }
  } finally {
    // Also when the caller breaks out of the loop: the server learns that nobody listens.
    await reader.cancel().catch(() => undefined)
  }
}

function cut(error: unknown): never {
  if (error instanceof DOMException && error.name === 'AbortError') throw error
  throw new ApiError({ status: 0, code: 'STREAM_CUT', title: '', detail: '' })
}

function parseData<T>(data: string): T {
  try {
    return JSON.parse(data) as T
  } catch {
    throw new ApiError({ status: 0, code: 'ANSWER_UNREADABLE', title: '', detail: '' })
  }
}

/** Takes text as it comes, cut anywhere, and gives the events that are whole. */
export function eventParser(): (text: string) => StreamEvent<string>[] {
  let rest = ''
  let id = ''
  let event = ''
  let data: string[] = []
  const line = (text: string, out: StreamEvent<string>[]) => {
    if (text === '') {
      if (data.length > 0) out.push({ id, event: event || 'message', data: data.join('\n') })
      event = ''
      data = []
      return
    }
    const colon = text.indexOf(':')
    const field = colon < 0 ? text : text.slice(0, colon)
    const value = colon < 0 ? '' : text.slice(colon + 1).replace(/^ /, '')
    if (field === 'data') data.push(value)
    else if (field === 'event') event = value
    else if (field === 'id' && !value.includes('\0')) id = value
  }
  return (text) => {
    const out: StreamEvent<string>[] = []
    const lines = (rest + text).split(/\r\n|\n|\r(?!$)/)
    rest = lines.pop() ?? ''
    for (const each of lines) line(each, out)
    return out
  }
}
