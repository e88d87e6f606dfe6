import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { EXTRA_NAMES } from '../../backup/extra-parts.ts'
import type { BackupView, DrillView } from '../../backup/index.ts'
import { readableSize } from '../../uploads/readable-size.ts'
import type { CliIo, Command } from '../command.ts'
import { confirmation, print, table, UsageError } from '../output.ts'
import { callServer } from '../server-call.ts'

type Json<T> = {
  [K in keyof T]: T[K] extends Date ? string : T[K] extends Date | null ? string | null : T[K]
}

export const backup: Command = {
  name: 'backup',
  summary: { en: 'back up database and files', ja: 'データベースとファイルをバックアップする' },
  usage: `Usage: minato backup [--reason R] [--note TEXT] [--include logs,config] [--to PLACE] [--json]
       minato backup list [--json]

Copies one moment of the database, and all files, encrypted under ENCRYPTION_KEYS, to BACKUP_URL.
The server may go on working. Keep the keys elsewhere: they are never part of a backup.
  --reason R     what the list shows (default: manual)
  --include …    logs and configuration too; secrets in it stay hidden
  --to PLACE     another place for once: a folder, or s3://bucket/prefix?region=REGION
A backup is unproven until \`minato drill\` has restored it.`,
  run: act,
}

async function act(args: string[], io: CliIo): Promise<number> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      reason: { type: 'string', default: 'manual' },
      note: { type: 'string', default: '' },
      include: { type: 'string', default: '' },
      to: { type: 'string' },
      json: { type: 'boolean', default: false },
    },
  })
  if (positionals[0] === 'list' && positionals.length === 1) return await list(io, values.json)
  if (positionals.length > 0) throw new UsageError(`Unknown action "${positionals[0]}".`)
  const input = {
    ...{ reason: values.reason, note: values.note, include: namesIn(values.include) },
    ...(values.to === undefined ? {} : { to: placeOf(values.to, io.cwd) }),
  }
  const made = await callServer<Json<BackupView> & { deleted: string[] }>(
    io,
    'backup.create',
    input,
  )
  const size = `${made.tables} tables, ${made.rows} rows, ${made.files} files, ${readableSize(made.bytes ?? 0)}`
  confirmation(
    io,
    values.json,
    made,
    `Backup ${made.id} in ${made.place}: ${size}. Unproven until \`minato drill\`.`,
  )
  if (!values.json) {
    for (const name of made.leftOut) io.stderr.write(`Not in it: ${name} (made by no migration)\n`)
    io.stderr.write(`To read it, keep: ${made.keyIds.join(', ')} of ENCRYPTION_KEYS\n`)
  }
  return 0
}

function namesIn(text: string): string[] {
  const names = text.split(',').filter((name) => name !== '')
  const wrong = names.find((name) => !EXTRA_NAMES.some((known) => known === name))
  if (wrong === undefined) return names
  throw new UsageError(`--include takes ${EXTRA_NAMES.join(', ')}, not "${wrong}".`)
}

/** A folder is meant from here, wherever the server runs. */
export function placeOf(text: string, cwd: string): string {
  return /^(s3|file):/.test(text) ? text : resolve(cwd, text)
}

async function list(io: CliIo, json: boolean): Promise<number> {
  const { backups, drills } = await callServer<{
    backups: Json<BackupView>[]
    drills: Json<DrillView>[]
  }>(io, 'backup.list', {})
  const rows = backups
    .filter(({ state }) => state !== 'deleted')
    .map((one) => [
      one.id,
      one.state === 'done' ? one.proof : one.state,
      one.reason,
      readableSize(one.bytes ?? 0),
      one.errorCode ?? one.note,
    ])
  print(io, json, { backups, drills }, table(rows))
  return 0
}
