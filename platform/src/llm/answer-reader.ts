import { createParser } from 'eventsource-parser'
import { Fault, faultOf } from './fault.ts'
import type { TransportResponse } from './transport.ts'
import type { ChatEvent } from './types.ts'
import { type Answer, finishAnswer, parseChunk, takeChunk } from './wire-chunk.ts'

/** A single event of more is no answer but an attack or a fault. */
const EVENT_MAX_CHARS = 4 * 1024 * 1024
const JSON_MAX_BYTES = 16 * 1024 * 1024

/** Told while reading: bytes are a sign of life, a token (of text, tools or thought) is progress. */
export type Progress = { bytes(): void; token(): void }

/** Reads an answer piece by piece; null after the last piece. */
export type AnswerReader = {
  next(): Promise<ChatEvent[] | null>
  /** Reads what is left (nothing, from most servers), so that the connection can be used again. */
  drain(): Promise<void>
}

/** The reader that fits what the server sent, whatever was asked for. */
export function readAnswer(
  response: TransportResponse,
  answer: Answer,
  progress: Progress,
): AnswerReader {
  const type = response.headers.get('content-type') ?? ''
  return /event-stream/i.test(type)
    ? new StreamReader(response.body, answer, progress)
    : jsonReader(response, answer, progress, type)
}

class StreamReader implements AnswerReader {
  readonly #bytes: AsyncIterator<Uint8Array>
  readonly #answer: Answer
  readonly #progress: Progress
  readonly #decoder = new TextDecoder()
  readonly #parser = createParser({
    maxBufferSize: EVENT_MAX_CHARS,
    onEvent: ({ data, event }) => this.#take(data, event),
    onError(error) {
      if (error.type === 'max-buffer-size-exceeded')
        throw new Fault('LLM_BAD_ANSWER', { upstream: { message: 'event too long' } })
    },
  })
  #events: ChatEvent[] = []
  #sawChunk = false
  #sawDone = false
  #ended = false
  #broken: unknown

  constructor(body: AsyncIterable<Uint8Array>, answer: Answer, progress: Progress) {
    this.#bytes = body[Symbol.asyncIterator]()
    this.#answer = answer
    this.#progress = progress
  }

  async next(): Promise<ChatEvent[] | null> {
    while (!this.#ended) {
      if (this.#broken !== undefined) throw this.#broken
      // After [DONE] nothing of worth follows; some servers hold the connection open.
      if (this.#sawDone) return this.#finish()
      const { done, value } = await readBytes(this.#bytes, this.#answer)
      if (done) {
        this.#feed(`${this.#decoder.decode()}\n\n`)
        return this.#finish()
      }
      this.#progress.bytes()
      this.#feed(this.#decoder.decode(value, { stream: true }))
      if (this.#answer.outputWeight > 0) this.#progress.token()
      if (this.#events.length > 0) return this.#flush()
    }
    return null
  }

  async drain(): Promise<void> {
    while (!(await this.#bytes.next()).done);
  }

  #take(data: string, event: string | undefined): void {
    const text = data.trim()
    if (this.#sawDone || text === '') return
    if (text === '[DONE]') {
      this.#sawDone = true
      return
    }
    const chunk = parseChunk(text, this.#answer.model)
    if (event === 'error') throw faultOf(200, { error: chunk }, { model: this.#answer.model })
    this.#sawChunk = true
    takeChunk(this.#answer, chunk, this.#events)
  }

  /** What was read before a fault is delivered before the fault is thrown. */
  #feed(text: string): void {
    try {
      this.#parser.feed(text)
    } catch (error) {
      this.#broken = error
    }
  }

  #finish(): ChatEvent[] {
    if (this.#broken === undefined && !this.#sawDone && this.#answer.finishReason === undefined)
      this.#broken = new Fault(this.#sawChunk ? 'LLM_STREAM_CUT' : 'LLM_BAD_ANSWER', {
        retryable: true,
      })
    if (this.#broken === undefined) {
      this.#ended = true
      finishAnswer(this.#answer, this.#events)
    } else if (this.#events.length === 0) throw this.#broken
    return this.#flush()
  }

  #flush(): ChatEvent[] {
    const events = this.#events
    this.#events = []
    return events
  }
}

async function readBytes(bytes: AsyncIterator<Uint8Array>, answer: Answer) {
  try {
    return await bytes.next()
  } catch (cause) {
    // The answer was complete; that the server hung up without [DONE] is its manner.
    if (answer.finishReason !== undefined) return { done: true, value: undefined } as const
    throw new Fault('LLM_STREAM_CUT', { cause })
  }
}

function jsonReader(
  response: TransportResponse,
  answer: Answer,
  progress: Progress,
  type: string,
): AnswerReader {
  let ended = false
  return {
    drain: async () => {},
    async next() {
      if (ended) return null
      ended = true
      const text = await readText(response, JSON_MAX_BYTES, progress.bytes)
      if (/^\s*</.test(text))
        throw new Fault('LLM_BAD_ANSWER', {
          retryable: true,
          upstream: { message: `HTML (${type})` },
        })
      // A stream under the wrong content type: read it as what it is.
      if (/^\s*(data:|event:|:)/.test(text)) return await rereadAsStream(text, answer)
      const completion = parseChunk(text, answer.model)
      if (!Array.isArray(completion.choices) || completion.choices.length === 0)
        throw new Fault('LLM_BAD_ANSWER', { retryable: true, upstream: { message: 'no choices' } })
      const events: ChatEvent[] = []
      takeChunk(answer, completion, events)
      finishAnswer(answer, events)
      return events
    },
  }
}

async function rereadAsStream(text: string, answer: Answer): Promise<ChatEvent[]> {
  const body = (async function* () {
    yield Buffer.from(text)
  })()
  const reader = new StreamReader(body, answer, { bytes() {}, token() {} })
  const all: ChatEvent[] = []
  for (let batch = await reader.next(); batch !== null; batch = await reader.next())
    all.push(...batch)
  return all
}

/** The whole body as text. Throws a Fault when it is longer than `maxBytes` or breaks off. */
export async function readText(
  response: TransportResponse,
  maxBytes: number,
  onBytes: () => void = () => {},
): Promise<string> {
  const pieces: Uint8Array[] = []
  let size = 0
  try {
    for await (const piece of response.body) {
      onBytes()
      size += piece.byteLength
      if (size > maxBytes) break
      pieces.push(piece)
    }
  } catch (cause) {
    throw new Fault('LLM_STREAM_CUT', { retryable: true, cause })
  }
  if (size > maxBytes)
    throw new Fault('LLM_BAD_ANSWER', { upstream: { message: `more than ${maxBytes} bytes` } })
  return Buffer.concat(pieces).toString('utf8')
}
