import { createRequire } from 'node:module'
import pino from 'pino'
import { type FileOptions, openRotatingFile } from './rotating-file.ts'

/** Where sanitized lines go. `append` may hold a line back for 50 ms, `write` until the turn of the event loop ends. */
export type Output = {
  write(line: string): void
  append(line: string): void
  flush(): void
}

export type Sink = { write(text: string): void; flush(): void }

export type OutputOptions = {
  pretty: boolean
  sync: boolean
  file?: FileOptions | undefined
  destination?: { write(line: string): void } | undefined
}

const HOLD_BYTES = 16_384
const HOLD_MS = 50
/** What is held back somewhere, to be released when the process exits. */
const holding = new Set<() => void>()
process.on('exit', () => {
  for (const release of holding) release()
})

/** Opens standard output (or the given destination) and the file. */
export function openOutput(options: OutputOptions): Output {
  const { destination, pretty, sync, file } = options
  const sinks: Sink[] = [destination ? plainSink(destination) : standardOutput(pretty)]
  if (file) sinks.push(openRotatingFile(file))
  return buffered(sinks, sync || pretty || !isStream(destination))
}

/**
 * Collects the lines of one turn of the event loop into one write. Writing itself is synchronous: what is handed over is
 * out, also when the process exits in the same turn.
 */
function buffered(sinks: Sink[], immediate: boolean): Output {
  let held = ''
  let soon: NodeJS.Immediate | undefined
  let timer: NodeJS.Timeout | undefined
  const release = () => {
    clearImmediate(soon)
    clearTimeout(timer)
    soon = undefined
    timer = undefined
    holding.delete(release)
    const text = held
    held = ''
    if (text !== '') for (const sink of sinks) sink.write(text)
  }
  const hold = (line: string) => {
    if (held === '') holding.add(release)
    held += line
  }
  return {
    write(line) {
      hold(line)
      if (immediate || held.length >= HOLD_BYTES) release()
      else soon ??= setImmediate(release)
    },
    append(line) {
      hold(line)
      if (held.length >= HOLD_BYTES) release()
      // The timer does not keep the process alive: the exit hook flushes.
      else timer ??= setTimeout(release, HOLD_MS).unref()
    },
    flush() {
      release()
      for (const sink of sinks) sink.flush()
    },
  }
}

/** Standard output, or a destination that buffers for itself. */
function isStream(destination: OutputOptions['destination']): boolean {
  return destination === undefined || 'flushSync' in destination
}

/** A destination of the caller gets line by line; a stream that buffers (it can `flushSync`) gets text as it comes. */
function plainSink(destination: { write(line: string): void; flushSync?(): void }): Sink {
  const { flushSync } = destination
  if (flushSync !== undefined) {
    return { write: (text) => destination.write(text), flush: () => flushSync.call(destination) }
  }
  return {
    write: (text) => {
      for (const line of linesOf(text)) destination.write(line)
    },
    flush: () => {},
  }
}

const linesOf = (text: string) => text.split(/(?<=\n)/)

function standardOutput(pretty: boolean): Sink {
  const stream = pino.destination({ dest: 1, sync: true })
  // A closed pipe silences the logger by itself; anything else (a full disk behind standard output) is told once.
  let told = false
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (told || error.code === 'EPIPE') return
    told = true
    process.stderr.write(`standard output: ${error.message}; log lines are lost\n`)
  })
  const flush = () => {
    try {
      stream.flushSync()
    } catch {
      // Standard output is closed: there is nobody left to tell.
    }
  }
  if (!pretty) return { write: (text) => void stream.write(text), flush }
  const print = prettyPrinter()
  return {
    write: (text) => {
      for (const line of linesOf(text)) stream.write(print(line))
    },
    flush,
  }
}

function prettyPrinter(): (line: string) => string {
  // Loaded only on a terminal: it costs 20 ms and 5 MB that production does not need.
  const { prettyFactory } = createRequire(import.meta.url)(
    'pino-pretty',
  ) as typeof import('pino-pretty')
  return prettyFactory({ colorize: true, messageKey: 'event', translateTime: 'SYS:HH:MM:ss.l' })
}
