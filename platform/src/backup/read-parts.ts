import { createHash } from 'node:crypto'
import { z } from 'zod'
import { MinatoError } from '../errors/index.ts'
import { backupErrors } from './errors.ts'
import { fileItem } from './file-records.ts'
import type { OpenBackup } from './manifest.ts'
import { type ArchiveRecord, unpackRecords } from './records.ts'
import { partKey, unseal } from './seal.ts'
import { createTally } from './tally.ts'
import { readVolumes } from './volumes.ts'

/** One item of a part with its bytes, which must be read to their end before the next. */
export type ReadItem = { value: unknown; bytes: AsyncIterable<Buffer>; end(): unknown }

/**
 * The items of a part, authenticated. A part that the backup has not (logs, configuration) has none.
 * @throws {MinatoError} BACKUP_CORRUPT, BACKUP_PART_MISSING
 */
export async function* readItems(
  backup: OpenBackup,
  name: string,
): AsyncGenerator<ReadItem, void, void> {
  const records = partRecords(backup, name)[Symbol.asyncIterator]()
  try {
    for (let next = await records.next(); next.done !== true; next = await records.next()) {
      if (next.value.type !== 'item') throw corrupt(backup, name, 'its records are out of order')
      let end: unknown
      const bytes = async function* (): AsyncGenerator<Buffer> {
        for (let step = await records.next(); step.done !== true; step = await records.next()) {
          if (step.value.type === 'data') {
            yield step.value.bytes
            continue
          }
          if (step.value.type === 'end') {
            end = step.value.value
            return
          }
          break
        }
        throw corrupt(backup, name, 'an item is cut')
      }
      yield { value: next.value.value, bytes: bytes(), end: () => end }
      if (end === undefined) throw corrupt(backup, name, 'an item was not read to its end')
    }
  } finally {
    await records.return(undefined)
  }
}

async function* partRecords(backup: OpenBackup, name: string): AsyncGenerator<ArchiveRecord> {
  const { store, manifest, dataKey } = backup
  const part = manifest.parts.find((one) => one.name === name)
  if (part === undefined) return
  const volumes = readVolumes(store, manifest.id, part.volumes)
  try {
    yield* unpackRecords(unseal(partKey(dataKey, manifest.id, name), volumes))
  } catch (error) {
    // The store's own failures and those that already say which volume is damaged stay as they are.
    if (error instanceof MinatoError) throw error
    throw corrupt(backup, name, error instanceof Error ? error.message : String(error))
  }
}

const corrupt = ({ manifest: { id } }: OpenBackup, part: string, reason: string) =>
  backupErrors.BACKUP_CORRUPT({ id, part, reason })

export const tableItem = z.object({ table: z.string() })

/**
 * Reads everything once: every volume's hash, every frame's tag, the rows of each table and the hash
 * of each file. Touches nothing.
 * @throws {MinatoError} BACKUP_CORRUPT, BACKUP_PART_MISSING
 */
export async function verifyBackup(
  backup: OpenBackup,
  onProgress?: (percent: number) => void,
): Promise<void> {
  const { manifest } = backup
  const expected = new Map(manifest.tables.map((table) => [table.name, table.tally]))
  const all = expected.size + manifest.files.count
  let done = 0
  for await (const { value, bytes } of readItems(backup, 'database')) {
    const { table } = tableItem.parse(value)
    const tally = createTally()
    for await (const piece of bytes) tally.add(piece)
    if (tally.result().checksum !== expected.get(table)?.checksum) {
      throw corrupt(backup, 'database', `the rows of ${table} are not those of the manifest`)
    }
    expected.delete(table)
    done += 1
    onProgress?.((100 * done) / all)
  }
  const [missing] = expected.keys()
  if (missing !== undefined) throw corrupt(backup, 'database', `the rows of ${missing} are missing`)
  for await (const { value, bytes } of readItems(backup, 'files')) {
    const { key, sha256 } = fileItem.parse(value)
    const hash = createHash('sha256')
    for await (const piece of bytes) hash.update(piece)
    if (hash.digest('hex') !== sha256) {
      throw corrupt(backup, 'files', `the file ${key} is not the one that was backed up`)
    }
    done += 1
    onProgress?.((100 * done) / all)
  }
  for (const { name } of manifest.parts) {
    if (name === 'database' || name === 'files') continue
    for await (const { bytes } of readItems(backup, name)) for await (const _ of bytes);
  }
}
