import { createRequire } from 'node:module'
import pino from 'pino'
import { type FileOptions, openRotatingFile } from './rotating-file.ts'

/** Where sanitized lines go. `append` may hold a line back for at most 50 ms; `write` never does. */
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
const open = new Set<Output>()
process.on('exit', () => {
  for (const output of open) output.flush()
})

/** Opens standard output (or the given destination) and the file, and flushes both when the process exits. */
export function openOutput(options: OutputOptions): Output {
  const sinks: Sink[] = [
    options.destination ? plainSink(options.destination) : standardOutput(options),
  ]
  if (options.file) sinks.push(openRotatingFile(options.file))
  const output = buffered(sinks)
  open.add(output)
  return output
}

function buffered(sinks: Sink[]): Output {
  let held = ''
  let timer: NodeJS.Timeout | undefined
  const pass = (text: string) => {
    for (const sink of sinks) sink.write(text)
  }
  const release = () => {
    timer = undefined
    if (held === '') return
    const text = held
    held = ''
    pass(text)
  }
  return {
    write(line) {
      if (held !== '') release()
      pass(line)
    },
    append(line) {
      held += line
      if (held.length >= HOLD_BYTES) release()
      // The timer does not keep the process alive: the exit hook flushes.
      else if (timer === undefined) timer = setTimeout(release, HOLD_MS).unref()
    },
    flush() {
      release()
      for (const sink of sinks) sink.flush()
    },
  }
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

function standardOutput(options: OutputOptions): Sink {
  const stream = pino.destination({ dest: 1, sync: options.sync || options.pretty })
  const flush = () => {
    try {
      stream.flushSync()
    } catch {
      // Standard output is closed: there is nobody left to tell.
    }
  }
  if (!options.pretty) return { write: (text) => void stream.write(text), flush }
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
