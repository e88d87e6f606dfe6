import { StringDecoder } from 'node:string_decoder'

export type ServerEvent = { data: string; id: string | undefined }

type Options = {
  onEvent: (event: ServerEvent) => void
  onRetry?: (retryMs: number) => void
  /** Longest event, in characters: a server that never ends one must not fill the memory. */
  maxChars: number
}

/**
 * Reads `text/event-stream` (WHATWG server-sent events) as it comes in. Lines may end in LF or CRLF.
 * @throws {Error} from `push` when an event is longer than allowed.
 */
export function createEventReader({ onEvent, onRetry, maxChars }: Options) {
  const decoder = new StringDecoder('utf8')
  let rest = ''
  let data: string | undefined
  let id: string | undefined
  function readLine(line: string): void {
    if (line === '') {
      if (data !== undefined || id !== undefined) onEvent({ data: data ?? '', id })
      data = undefined
      id = undefined
      return
    }
    const colon = line.indexOf(':')
    if (colon === 0) return // a comment
    const name = colon === -1 ? line : line.slice(0, colon)
    const start = line.charCodeAt(colon + 1) === 32 ? colon + 2 : colon + 1
    const value = colon === -1 ? '' : line.slice(start)
    if (name === 'data') data = data === undefined ? value : `${data}\n${value}`
    else if (name === 'id') id = value
    else if (name === 'retry' && /^\d{1,9}$/.test(value)) onRetry?.(Number(value))
  }
  return {
    push(chunk: Buffer): void {
      const text = rest + decoder.write(chunk)
      let start = 0
      for (let end = text.indexOf('\n'); end !== -1; end = text.indexOf('\n', start)) {
        const stop = text.charCodeAt(end - 1) === 13 && end > start ? end - 1 : end
        readLine(text.slice(start, stop))
        start = end + 1
      }
      rest = text.slice(start)
      if (rest.length + (data?.length ?? 0) > maxChars) throw new Error('An event is too long.')
    },
  }
}
