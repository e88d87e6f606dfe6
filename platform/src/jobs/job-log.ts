import { type Logger, sanitizeValue } from '../log/index.ts'

export type JobLogLine = {
  level: 'debug' | 'info' | 'warn' | 'error'
  event: string
  fields: unknown
}

/**
 * The process's log with the job's id on every line, whose lines also go, sanitized, to the job's
 * own. Traces stay out of the latter.
 */
export function jobLogger(log: Logger, keep: (line: JobLogLine) => void): Logger {
  const both =
    (level: JobLogLine['level'], write: (event: string, fields?: object) => void) =>
    (event: string, fields?: object): void => {
      write(event, fields)
      keep({ level, event, fields: fields === undefined ? undefined : sanitizeValue(fields) })
    }
  return {
    trace: (event, fields) => log.trace(event, fields),
    debug: (event, fields) => log.debug(event, fields),
    info: both('info', log.info),
    warn: both('warn', log.warn),
    error: both('error', log.error),
    fatal: both('error', log.fatal),
    child: (bindings) => jobLogger(log.child(bindings), keep),
    get level() {
      return log.level
    },
    set level(level: string) {
      log.level = level
    },
    flush: () => log.flush(),
  }
}
