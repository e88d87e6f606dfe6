import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import {
  composeHost,
  type DeployRecord,
  LIMITS,
  openJournal,
  saveToStack,
  type Tools,
} from '../deploy/index.ts'
import type { CliIo } from './command.ts'
import { UsageError } from './output.ts'

/** What `minato deploy` and `minato rollback` both take. */
export const DEPLOY_OPTIONS = {
  'dry-run': { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
  report: { type: 'string' },
  folder: { type: 'string' },
  'ready-within': { type: 'string', default: '25s' },
  watch: { type: 'string', default: '30s' },
  'max-p95': { type: 'string', default: '1s' },
  'max-errors': { type: 'string', default: '1' },
  'skip-backup': { type: 'string' },
} as const

export const DEPLOY_USAGE = `  --dry-run            say what would be done and whether it may, and change nothing
  --watch T            how long the new release is watched (default 30s)
  --max-errors N       share of answers of 500 and above that takes it back, in percent (default 1)
  --max-p95 T          95 % of the answers must be faster than this (default 1s)
  --ready-within T     how long it may take to get ready (default 25s)
  --skip-backup TEXT   make no backup this time, and why
  --folder DIR         the stack, as minato init production wrote it (default: this folder when it holds
                       compose.yml and .env, else /srv/minato)
  --report FILE        append the report as Markdown
  --json               the whole record

Exit code 0: done; 1: refused or taken back, people are served by the release before; 2: wrong usage.`

export type DeployValues = {
  folder?: string | undefined
  'ready-within': string
  watch: string
  'max-p95': string
  'max-errors': string
  json: boolean
}

const UNITS: Record<string, number> = { ms: 1, s: 1000, m: 60_000 }

function milliseconds(option: string, text: string): number {
  const [, count, unit = ''] = /^(\d{1,7})(ms|s|m)$/.exec(text) ?? []
  const factor = UNITS[unit]
  if (count === undefined || factor === undefined) {
    throw new UsageError(`${option} must be a duration such as 500ms, 30s or 2m.`)
  }
  return Number(count) * factor
}

function percent(text: string): number {
  const value = Number(text)
  if (text.trim() !== '' && value >= 0 && value <= 100) return value / 100
  throw new UsageError('--max-errors must be a number from 0 to 100.')
}

/** Where the stack lies. @throws {UsageError} when nothing of it is there. */
export function stackFolder(given: string | undefined, io: CliIo): string {
  const here = isStack(io.cwd) ? io.cwd : '/srv/minato'
  const folder = given === undefined ? here : resolve(io.cwd, given)
  if (isStack(folder)) return folder
  throw new UsageError(
    `${folder} holds no stack. Say where it is with --folder, or write one with \`minato init production\`.`,
  )
}

function isStack(folder: string): boolean {
  return existsSync(join(folder, 'compose.yml')) && existsSync(join(folder, '.env'))
}

/** The machine, the journal and the limits that the options name. */
export function deployTools(
  values: DeployValues,
  io: CliIo,
): { tools: Tools; flush(): Promise<void>; stop(): void } {
  const folder = stackFolder(values.folder, io)
  const host = composeHost({ folder, env: io.env })
  const say = (line: string) => void io.stderr.write(`${line}\n`)
  const halfOf = (record: DeployRecord) => (record.state === 'finished' ? record : record.previous)
  const saving = saveToStack(host, halfOf, say)
  const stopping = new AbortController()
  const stop = () => stopping.abort(new Error('interrupted'))
  process.on('SIGINT', stop).on('SIGTERM', stop)
  const tools: Tools = {
    host,
    journal: openJournal(join(folder, '.minato-deploy')),
    limits: {
      ...LIMITS,
      watchMs: milliseconds('--watch', values.watch),
      maxP95Ms: milliseconds('--max-p95', values['max-p95']),
      maxErrorShare: percent(values['max-errors']),
    },
    readyMs: milliseconds('--ready-within', values['ready-within']),
    save: saving.save,
    say,
    signal: stopping.signal,
    wait: (ms) => delay(ms),
    now: Date.now,
  }
  return {
    tools,
    flush: saving.flush,
    stop: () => void process.off('SIGINT', stop).off('SIGTERM', stop),
  }
}
