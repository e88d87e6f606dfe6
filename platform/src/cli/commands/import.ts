import { readFile, stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import type { ImportReport, ImportTable } from '../../app/state-import.ts'
import type { CliIo, Command } from '../command.ts'
import { print, table, UsageError } from '../output.ts'
import { callServer } from '../server-call.ts'

export const importState: Command = {
  name: 'import',
  summary: { en: "take over another system's state", ja: '別のシステムの状態を取り込む' },
  usage: `Usage: minato import NAME FILE [--apply] [--owner USER] [--fernet-key-file PATH] [--json]

Reads FILE and says what would be taken over and what would stay behind, and why. Changes nothing.
  --apply                 take it over: all of it, or nothing
  --owner USER            e-mail address or id of whoever is to own what has no owner
  --fernet-key-file PATH  file with the Fernet key (one a line, the newest first) that opens FILE's secrets
  --json                  the report as JSON

May be run again: what is there already is counted and kept. FILE is opened read-only.
NAME: mcp-console-state (state.db of the MCP console this one replaces).

       minato import sqlite FILE --app NAME --map FILE [--apply] [--report FILE] [--json]
       minato import sqlite FILE --app NAME --suggest [--map FILE]

Copies any SQLite file into the tables of an app: plan, copy, and proof by counts and checksums.
  --map FILE     YAML or JSON: which table and column goes where (docs/guide/import-sqlite.md)
  --suggest      write a first map from both schemas, to the map file or standard output
  --apply        take it over; stopped at any time, it goes on where it was when run again
  --report FILE  every value that does not fit, as JSON lines (with --apply: FILE.left-out.jsonl)

Exit code: 0 done; 1 failed, or the counts do not prove it; 2 wrong usage.`,
  async run(args, io) {
    if (args[0] === 'sqlite') {
      const { importSqliteFile } = await import('../import-sqlite.ts')
      return await importSqliteFile(args.slice(1), io)
    }
    return await run(args, io)
  },
}

async function run(args: string[], io: CliIo): Promise<number> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      apply: { type: 'boolean', default: false },
      owner: { type: 'string' },
      'fernet-key-file': { type: 'string' },
      json: { type: 'boolean', default: false },
    },
  })
  const [name, given] = positionals
  if (name === undefined || given === undefined || positionals.length > 2) {
    throw new UsageError('Name what to import, and the file.')
  }
  const file = resolve(io.cwd, given)
  await assertFile(file)
  const report = await callServer<ImportReport>(io, 'import', {
    ...{ name, file, apply: values.apply, owner: values.owner },
    fernetKeys: await readKeys(io, values['fernet-key-file']),
  })
  print(io, values.json, report, describe(report))
  return report.applied && !report.proven ? 1 : 0
}

async function assertFile(file: string): Promise<void> {
  const found = await stat(file).catch(() => undefined)
  if (found?.isFile() !== true) throw new UsageError(`There is no file ${file}.`)
}

async function readKeys(io: CliIo, path: string | undefined): Promise<string[]> {
  if (path === undefined) return []
  const text = await readFile(resolve(io.cwd, path), 'utf8').catch(() => {
    throw new UsageError(`The key file ${path} cannot be read.`)
  })
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
}

function describe(report: ImportReport): string {
  const taken = report.applied ? 'taken' : 'to take'
  const rows = [
    ['table', 'found', taken, 'there', 'left'],
    ...report.tables.map(({ table: name, found, taken: count, already, left }) =>
      [name, found, count, already, left.length].map(String),
    ),
  ]
  return [
    table(rows),
    ...report.tables.flatMap(reasons),
    '',
    report.applied
      ? report.proven
        ? 'Applied. Every row was looked for again and is there.'
        : 'Applied, but the counts do not agree. Keep the file and report this.'
      : 'A plan: nothing was changed. Add --apply to take it over.',
    '',
    ...report.next.map(({ en }, index) => `${index + 1}. ${en}`),
  ].join('\n')
}

/** What stays behind, the rows of one reason together. */
function reasons({ table: name, left }: ImportTable): string[] {
  const byReason = Map.groupBy(left, ({ reason }) => reason)
  return [...byReason.values()].flatMap((rows) => {
    const [first] = rows
    if (first === undefined) return []
    const ids = rows.slice(0, 5).map(({ id }) => id)
    const more = rows.length > ids.length ? ` and ${rows.length - ids.length} more` : ''
    return [
      '',
      `${name}: ${rows.length} left (${first.reason}): ${ids.join(', ')}${more}`,
      `  ${first.detail.en}`,
    ]
  })
}
