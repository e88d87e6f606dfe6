import pino, { type Logger as Pino } from 'pino'
import { logContext } from './context.ts'
import { isoTime } from './iso-time.ts'
import { LEVELS, type Level, weightOf } from './levels.ts'
import { type Output, openOutput } from './output.ts'
import type { FileOptions } from './rotating-file.ts'
import { sanitizeLine } from './sanitize.ts'
import { plainValue } from './value.ts'

type Write = (event: string, fields?: object) => void

/** One line an event: a short name such as `mail.sent`, and the fields beside it. */
export type Logger = {
  trace: Write
  debug: Write
  info: Write
  warn: Write
  error: Write
  fatal: Write
  /** A logger whose lines carry the given fields too. Output and level are shared with this one. */
  child(bindings: object): Logger
  /** The least level written; may be set while running, for this logger, its parent and its children alike. */
  level: string
  /** Writes what is buffered, now. */
  flush(): void
}

export type LoggerOptions = {
  level?: string | undefined
  /** For people instead of machines. Default: standard output is a terminal. */
  pretty?: boolean | undefined
  file?: FileOptions | undefined
  name?: string | undefined
  /** Instead of standard output; gets one line a call, its line end included. */
  destination?: { write(line: string): void } | undefined
  /** Write each line before going on. Default: in batches, flushed when the process exits. */
  sync?: boolean | undefined
}

type Family = { weight: number; level: string; named: boolean; output: Output }

const families = new WeakMap<Logger, Family>()

/** The output and level behind a logger, for writers that build their own lines. */
export function familyOf(logger: Logger): Family {
  const family = families.get(logger)
  if (family === undefined) throw new TypeError('Not a logger made by createLogger.')
  return family
}

/**
 * A logger that writes JSON lines, each one sanitized before it is written.
 *
 * @example const log = createLogger({ level: 'info' }); log.info('mail.sent', { to: 3 })
 * @throws RangeError for an unknown level
 */
export function createLogger(options: LoggerOptions = {}): Logger {
  const level = options.level ?? 'info'
  const pretty =
    options.pretty ?? (options.destination === undefined && process.stdout.isTTY === true)
  const { file, destination, sync = false } = options
  const family = {
    level,
    named: options.name !== undefined,
    weight: weightOf(level),
    output: openOutput({ pretty, sync, file, destination }),
  }
  const base = pino(
    {
      level: 'trace',
      base: options.name === undefined ? null : { name: options.name },
      messageKey: 'event',
      timestamp: () => `,"time":"${isoTime()}"`,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { err: (error: unknown) => error },
    },
    { write: (line: string) => family.output.write(safeLine(line)) },
  )
  return wrap(base, family)
}

function wrap(base: Pino, family: Family): Logger {
  const write =
    (level: Level): Write =>
    (event, fields) => {
      if (LEVELS[level] < family.weight) return
      try {
        base[level](lineFields(fields, family), event)
      } catch {
        // A field could not be read (a proxy that throws, say): the event still comes out.
        family.output.write(bareLine(level, event))
      }
      if (level === 'fatal') family.output.flush()
    }
  const logger: Logger = {
    trace: write('trace'),
    debug: write('debug'),
    info: write('info'),
    warn: write('warn'),
    error: write('error'),
    fatal: write('fatal'),
    child: (bindings) => wrap(base.child(copied({}, bindings, family)), family),
    get level() {
      return family.level
    },
    set level(level) {
      family.weight = weightOf(level)
      family.level = level
    },
    flush: () => family.output.flush(),
  }
  families.set(logger, family)
  return logger
}

/** What goes on the line: the caller's own object when it is flat, which most are, and a safe copy otherwise. */
function lineFields(fields: object | undefined, family: Family): object {
  const context = logContext()
  if (fields === undefined || fields === null) return context ?? {}
  if (fields instanceof Error) return { ...context, err: plainValue(fields) }
  if (context === undefined && isFlat(fields, family)) return fields
  return copied({ ...context }, fields, family)
}

function isFlat(fields: object, family: Family): boolean {
  for (const key in fields) {
    if (!FLAT.has(typeof read(fields, key)) || isOwn(key, family)) return false
  }
  return !('toJSON' in fields)
}
const FLAT = new Set(['string', 'number', 'boolean', 'undefined'])

/** Names that the line itself uses; a field of that name gets an underscore. */
function isOwn(key: string, family: Family): boolean {
  return key === 'level' || key === 'time' || key === 'event' || (key === 'name' && family.named)
}

function copied(out: Record<string, unknown>, fields: object, family: Family): object {
  for (const key of Object.keys(fields)) {
    const value = read(fields, key)
    out[isOwn(key, family) ? `_${key}` : key] = FLAT.has(typeof value) ? value : plainValue(value)
  }
  return out
}

function read(fields: object, key: string): unknown {
  try {
    return (fields as Record<string, unknown>)[key]
  } catch (error) {
    return `[unreadable: ${error instanceof Error ? error.constructor.name : 'thrown'}]`
  }
}

/** The line sanitized; if that fails the body is dropped and the event still comes out. */
function safeLine(line: string): string {
  try {
    return sanitizeLine(line)
  } catch {
    const { level, event } = partsOf(line)
    return bareLine(level, event)
  }
}

function partsOf(line: string): { level: string; event: string } {
  try {
    const { level, event } = JSON.parse(line) as { level?: string; event?: string }
    return { level: level ?? 'error', event: event ?? 'log.line_dropped' }
  } catch {
    return { level: 'error', event: 'log.line_dropped' }
  }
}

function bareLine(level: string, event: string): string {
  // Only names of events known to be short and plain: the sanitizer is what failed.
  const name = /^[\w.:-]{1,80}$/.test(event) ? event : 'log.line_dropped'
  return `${JSON.stringify({ level, time: isoTime(), event: name, sanitizeFailed: true })}\n`
}
