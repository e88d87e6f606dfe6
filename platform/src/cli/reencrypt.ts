import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { readConfig } from '../app/read-config.ts'
import type { EncryptedColumn } from '../keys/index.ts'
import type { Leftover } from '../keys/leftovers.ts'
import type { FailedRow, Step } from '../keys/reencrypt.ts'
import { type CliIo, systemOf } from './command.ts'
import { activeKeyOf } from './keys-operations.ts'
import { readSecret, UsageError } from './output.ts'
import { type ProgressBar, progressBar } from './progress-bar.ts'
import { type ServerCall, withServer } from './server-call.ts'

type Origin = { kind: 'ring' } | { kind: 'fernet'; keys: string[] }
type Plan = { columns: (EncryptedColumn & { pending: number })[] }
type Finish = { purged: object[]; leftovers: Leftover[] }
type Failed = FailedRow & { table: string; column: string }
type Result = {
  columns: { table: string; column: string; changed: number }[]
  changed: number
  failed: Failed[]
  leftovers: Leftover[]
}

const DEFAULT_BATCH = 200
const SHOWN_FAILURES = 20

/** `minato keys rotate` */
export async function rotate(args: string[], io: CliIo): Promise<number> {
  const { values } = parseArgs({
    args,
    options: { json: { type: 'boolean', default: false }, batch: { type: 'string' } },
  })
  return await reencrypt(io, { kind: 'ring' }, batchOf(values.batch), values.json)
}

/** `minato keys import-fernet` */
export async function importFernet(args: string[], io: CliIo): Promise<number> {
  const { values } = parseArgs({
    args,
    options: {
      json: { type: 'boolean', default: false },
      batch: { type: 'string' },
      'key-file': { type: 'string' },
      'key-stdin': { type: 'boolean', default: false },
    },
  })
  const file = values['key-file']
  if ((file === undefined) === !values['key-stdin']) {
    throw new UsageError('Give the Fernet key by --key-file FILE or by --key-stdin.')
  }
  const text =
    file === undefined ? await readSecret(io.stdin) : await readFile(resolve(io.cwd, file), 'utf8')
  const keys = text.split(/[\s,]+/).filter((key) => key !== '')
  if (keys.length === 0) throw new UsageError('There is no key in what was given.')
  return await reencrypt(io, { kind: 'fernet', keys }, batchOf(values.batch), values.json)
}

function batchOf(text: string | undefined): number {
  if (text === undefined) return DEFAULT_BATCH
  const batch = /^\d{1,4}$/.test(text) ? Number(text) : 0
  if (batch >= 1 && batch <= 1000) return batch
  throw new UsageError('--batch must be a whole number from 1 to 1000.')
}

async function reencrypt(io: CliIo, origin: Origin, limit: number, json: boolean): Promise<number> {
  const system = systemOf(io)
  const { config } = readConfig(system, await system.apps(), io.env)
  const common = { origin, activeKey: activeKeyOf({ config }) }
  const result = await withServer(io, async (call) => {
    const { columns } = await call<Plan>('keys.reencrypt.plan', common)
    const bar = progressBar(
      io.stderr,
      columns.reduce((sum, { pending }) => sum + pending, 0),
    )
    const made: Result = { columns: [], changed: 0, failed: [], leftovers: [] }
    for (const place of columns.filter(({ pending }) => pending > 0)) {
      const { table, column, key } = place
      const input = { ...common, place: { table, column, key }, limit }
      const { changed, failed } = await eachStep(call, input, bar)
      made.columns.push({ table, column, changed })
      made.changed += changed
      made.failed.push(...failed.map((failure) => ({ table, column, ...failure })))
    }
    bar.end()
    const counts = { changed: made.changed, failed: made.failed.length }
    const finish = await call<Finish>('keys.reencrypt.finish', { ...common, ...counts })
    return { ...made, leftovers: finish.leftovers }
  })
  if (json) io.stdout.write(`${JSON.stringify(result)}\n`)
  else report(io, result)
  return result.failed.length + result.leftovers.length === 0 ? 0 : 1
}

async function eachStep(call: ServerCall, input: object, bar: ProgressBar) {
  const failed: FailedRow[] = []
  let changed = 0
  let after: string | null = null
  do {
    const step: Step = await call('keys.reencrypt.step', { ...input, after })
    changed += step.changed
    failed.push(...step.failed)
    after = step.after
    bar.advance(step.changed + step.failed.length)
  } while (after !== null)
  return { changed, failed }
}

function report(io: CliIo, { columns, changed, failed, leftovers }: Result): void {
  for (const { table, column, changed: count } of columns) {
    io.stdout.write(`${table}.${column}: ${count} re-encrypted\n`)
  }
  io.stdout.write(`${changed} re-encrypted, ${failed.length} failed\n`)
  for (const { table, column, row, code } of failed.slice(0, SHOWN_FAILURES)) {
    io.stderr.write(`${table}.${column}, row ${row}: ${code}\n`)
  }
  if (failed.length > SHOWN_FAILURES) {
    io.stderr.write(`… and ${failed.length - SHOWN_FAILURES} more; --json lists them all\n`)
  }
  for (const { table, column, count } of leftovers) {
    io.stderr.write(`${table}.${column}: ${count} of an older key, not declared as encrypted\n`)
  }
  if (failed.length + leftovers.length > 0) {
    io.stderr.write('Keep the old key in ENCRYPTION_KEYS: there are values only it can open.\n')
  }
}
