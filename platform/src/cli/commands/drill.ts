import { parseArgs } from 'node:util'
import type { DrillView } from '../../backup/index.ts'
import type { CliIo, Command } from '../command.ts'
import { print } from '../output.ts'
import { callServer } from '../server-call.ts'
import { placeOf } from './backup.ts'

export const drill: Command = {
  name: 'drill',
  summary: {
    en: 'prove the newest backup by restoring it',
    ja: '最新のバックアップを復元して確かめる',
  },
  usage: `Usage: minato drill [BACKUP] [--from PLACE] [--json]

Restores the newest backup (or the named one) into a scratch database and checks it: hashes, schema, rows,
references, stored ciphertexts, files, and that the app starts on it read-only. Measures what would have been
lost (RPO) and how long the restore took (RTO), and cleans up. The running system is not touched.
Ends with 0 when the backup is proven, 1 when it is not.`,
  async run(args, io) {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: { from: { type: 'string' }, json: { type: 'boolean', default: false } },
    })
    if (positionals.length > 1) {
      io.stderr.write(`${this.usage}\n`)
      return 2
    }
    const [backupId] = positionals
    const { from } = values
    const found = await callServer<DrillView>(io, 'backup.drill', {
      ...(backupId === undefined ? {} : { backupId }),
      ...(from === undefined ? {} : { from: placeOf(from, io.cwd) }),
    })
    print(io, values.json, found, textOf(found, io))
    return found.state === 'passed' ? 0 : 1
  },
}

function textOf(found: DrillView, io: CliIo): string {
  const language = (io.env['LANG'] ?? '').startsWith('ja') ? 'ja' : 'en'
  const lines = found.checks.map(({ name, status, evidence, durationMs }) => {
    const mark = status === 'passed' ? 'ok    ' : status === 'failed' ? 'FAILED' : 'skipped'
    return `${mark}  ${name.padEnd(11)}  ${String(durationMs).padStart(7)} ms  ${evidence[language]}`
  })
  const seconds = (ms: number | null): string =>
    ms === null ? '-' : `${Math.round(ms / 100) / 10} s`
  if (found.state === 'passed') {
    lines.push(
      `Proven: ${found.backupId}. RPO ${seconds(found.rpoMs)}, RTO ${seconds(found.rtoMs)}.`,
    )
  } else {
    lines.push(`Not proven: ${found.errorDetail?.[language] ?? ''} [${found.errorCode}]`)
  }
  return lines.join('\n')
}
