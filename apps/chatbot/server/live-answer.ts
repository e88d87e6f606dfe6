import type { AnswerState } from './tables.ts'

export type Source = { title: string; url: string }
export type Usage = { inputTokens: number; outputTokens: number; costUsd: number }

/** How an answer ended; what `done` and `error` tell the client. */
export type Ending = {
  state: Exclude<AnswerState, 'streaming'>
  finishReason: string | null
  error?: { code: string; detail: { en: string; ja: string } }
}

export type Listener = {
  delta(text: string, end: number): void
  usage(usage: Usage): void
  end(ending: Ending): void
}

/**
 * An answer while this process writes it: the text so far and whoever reads along. Positions are
 * counted in UTF-16 units of the text, so an event id says how much a client has.
 */
export type LiveAnswer = {
  readonly id: string
  readonly text: string
  readonly usage: Usage | undefined
  /** Which model answers; known once it has begun. */
  model: string | undefined
  /** What a web search found on the way. */
  readonly sources: Source[]
  append(delta: string): void
  setUsage(usage: Usage): void
  finish(ending: Ending): void
  /** Tells the listener all that follows; returns how to stop listening. */
  listen(listener: Listener): () => void
  /** Stops the writer. */
  stop(): void
  readonly signal: AbortSignal
}

export function createLiveAnswer(id: string): LiveAnswer {
  const listeners = new Set<Listener>()
  const aborter = new AbortController()
  let text = ''
  let usage: Usage | undefined
  return {
    id,
    get text() {
      return text
    },
    get usage() {
      return usage
    },
    model: undefined,
    sources: [],
    append(delta) {
      if (delta === '') return
      text += delta
      for (const listener of listeners) listener.delta(delta, text.length)
    },
    setUsage(value) {
      usage = value
      for (const listener of listeners) listener.usage(value)
    },
    finish(ending) {
      for (const listener of listeners) listener.end(ending)
      listeners.clear()
    },
    listen(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    stop: () => aborter.abort(new StoppedError()),
    signal: aborter.signal,
  }
}

/** The person asked to stop; not a failure. */
export class StoppedError extends Error {
  constructor() {
    super('Stopped by the person who asked.')
    this.name = 'StoppedError'
  }
}
