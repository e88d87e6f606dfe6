import { createReadStream } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import type { BackupDeps } from './context.ts'
import type { ExtraPart } from './file-records.ts'
import type { ArchiveRecord } from './records.ts'

export const EXTRA_NAMES = ['logs', 'config'] as const
export type ExtraName = (typeof EXTRA_NAMES)[number]

/** What may be kept beside database and files. Keys and other secrets are never among it. */
export function extraParts(
  deps: Pick<BackupDeps, 'config' | 'dataDir' | 'host'>,
  names: readonly ExtraName[],
): ExtraPart[] {
  return names.map((name) => ({
    name,
    records: name === 'logs' ? () => logRecords(deps) : () => settingRecords(deps),
  }))
}

/** The log file and those it was rotated into. */
async function* logRecords({
  config,
  dataDir,
}: Pick<BackupDeps, 'config' | 'dataDir'>): AsyncGenerator<ArchiveRecord> {
  const { logFile } = config.core
  if (logFile === undefined) return
  const path = resolve(dataDir, logFile)
  const stem = basename(path).replace(/\.[^.]*$/, '')
  const names = await readdir(dirname(path)).catch(() => [])
  for (const name of names.filter((one) => one.startsWith(stem)).sort()) {
    yield { type: 'item', value: { name } }
    for await (const bytes of createReadStream(join(dirname(path), name))) {
      yield { type: 'data', bytes }
    }
    yield { type: 'end', value: {} }
  }
}

/** As `minato config` prints it: secrets are `[secret]`. */
async function* settingRecords({ host }: Pick<BackupDeps, 'host'>): AsyncGenerator<ArchiveRecord> {
  const lines = host
    .settings()
    .map(({ variable, value, source }) => `${variable.name}=${value} # ${source}\n`)
  yield { type: 'item', value: { name: 'configuration.txt' } }
  yield { type: 'data', bytes: Buffer.from(lines.join('')) }
  yield { type: 'end', value: {} }
}
