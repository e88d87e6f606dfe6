import type { Services } from '../app/services.ts'
import type { EncryptedColumn } from '../keys/index.ts'
import {
  readLeftOut,
  readMigrationRows,
  readObjects,
  readPartitions,
  readSchemas,
  readSequences,
  readTables,
} from './catalog.ts'
import { storedKeyIds } from './ciphertexts.ts'
import { backupErrors } from './errors.ts'
import { type ExtraPart, fileRecords } from './file-records.ts'
import {
  type BackupContent,
  type BackupHeader,
  encodeManifest,
  MANIFEST,
  type Manifest,
  newDataKey,
} from './manifest.ts'
import { type ArchiveRecord, packRecords } from './records.ts'
import { partKey, seal } from './seal.ts'
import { type Snapshot, withPgliteSnapshot, withPostgresSnapshot } from './snapshot.ts'
import type { BackupStore } from './store.ts'
import { createTally } from './tally.ts'
import { writeVolumes } from './volumes.ts'

export type MakeDeps = Pick<Services, 'config' | 'db' | 'files' | 'keys' | 'version'> & {
  clock: () => number
  encryptedColumns: readonly EncryptedColumn[]
}

export type MakeOptions = {
  id: string
  store: BackupStore
  reason: string
  note: string
  extra: readonly ExtraPart[]
  signal?: AbortSignal
  /** Percent of the whole, and what is being written. Must not wait for the database. */
  onProgress?: (percent: number, step: 'database' | 'files' | 'extra' | 'manifest') => void
}

type Part = BackupContent['parts'][number]
type DatabaseContent = Pick<
  BackupContent,
  | 'kind'
  | 'serverVersion'
  | 'keyIds'
  | 'migrations'
  | 'tables'
  | 'partitions'
  | 'sequences'
  | 'objects'
  | 'leftOut'
>

/**
 * Writes a backup part by part and publishes it by its manifest. When it fails, what was written is
 * deleted again.
 */
export async function makeBackup(deps: MakeDeps, options: MakeOptions): Promise<Manifest> {
  const { id, store, onProgress } = options
  const startedAt = new Date(deps.clock()).toISOString()
  const { dataKey, sealed } = newDataKey(deps.keys, id)
  const write = (name: string, records: AsyncIterable<ArchiveRecord>): Promise<Part> =>
    writePart(store, { id, dataKey, name, signal: options.signal }, records)
  try {
    const { database, at, part } = await writeDatabase(deps, options, write)
    const parts = [part]
    const files = { count: 0, bytes: 0 }
    onProgress?.(60, 'files')
    parts.push(await write('files', fileRecords(deps.files.store, files)))
    onProgress?.(90, 'extra')
    for (const { name, records } of options.extra) parts.push(await write(name, records()))
    onProgress?.(97, 'manifest')
    const finishedAt = new Date(deps.clock()).toISOString()
    const content: BackupContent = {
      ...database,
      keyIds: [...new Set([deps.keys.activeKeyId, ...database.keyIds])].sort(),
      ...{ startedAt, finishedAt, files, parts },
    }
    const header: BackupHeader = {
      format: 1,
      ...{ id, snapshotAt: at.toISOString(), release: deps.version },
      ...{ reason: options.reason, note: options.note },
      bytes: parts.flatMap(({ volumes }) => volumes).reduce((sum, { bytes }) => sum + bytes, 0),
      ...{ keyId: deps.keys.activeKeyId, dataKey: sealed },
    }
    options.signal?.throwIfAborted()
    await store.put(`${id}/${MANIFEST}`, await encodeManifest(dataKey, header, content))
    return { ...header, ...content }
  } catch (error) {
    await discard(store, id)
    throw error
  }
}

/** What cannot be deleted now is swept later: it has no manifest. */
async function discard(store: BackupStore, id: string): Promise<void> {
  for (const name of await store.list(id).catch(() => [])) {
    await store.delete(name).catch(() => undefined)
  }
}

async function writePart(
  store: BackupStore,
  part: { id: string; dataKey: Buffer; name: string; signal: AbortSignal | undefined },
  records: AsyncIterable<ArchiveRecord>,
): Promise<Part> {
  const { id, name, dataKey, signal } = part
  const packed = packRecords(untilAborted(records, signal))
  const sealed = seal(partKey(dataKey, id, name), packed)
  return { name, volumes: await writeVolumes(store, id, name, sealed) }
}

async function* untilAborted(
  records: AsyncIterable<ArchiveRecord>,
  signal: AbortSignal | undefined,
): AsyncGenerator<ArchiveRecord> {
  for await (const record of records) {
    signal?.throwIfAborted()
    yield record
  }
}

/** The embedded database is read in its own process, PostgreSQL on a connection of the backup's own. */
async function writeDatabase(
  deps: MakeDeps,
  options: MakeOptions,
  write: (name: string, records: AsyncIterable<ArchiveRecord>) => Promise<Part>,
): Promise<{ database: DatabaseContent; at: Date; part: Part }> {
  const url = deps.config.data.databaseUrl?.reveal()
  const work = async (snapshot: Snapshot) => {
    const content = await describeDatabase(snapshot, deps.encryptedColumns)
    const part = await write('database', tableRecords(snapshot, content.tables, options))
    // Read last: a number handed out meanwhile must not be handed out again.
    const sequences = await readSequences(snapshot.query, content.schemas)
    const { schemas: _, ...database } = content
    return { database: { ...database, sequences }, at: snapshot.at, part }
  }
  return url === undefined
    ? await withPgliteSnapshot(deps.db, work)
    : await withPostgresSnapshot(url, work)
}

const NO_ROWS = { rows: 0, bytes: 0, checksum: '' }

async function describeDatabase(
  { kind, serverVersion, query }: Snapshot,
  columns: readonly EncryptedColumn[],
): Promise<Omit<DatabaseContent, 'sequences'> & { schemas: string[] }> {
  const schemas = await readSchemas(query)
  if (schemas === undefined) throw backupErrors.BACKUP_NOT_MIGRATED()
  const tables = await readTables(query, schemas)
  return {
    kind,
    serverVersion,
    schemas,
    migrations: await readMigrationRows(query),
    tables: tables.map((table) => ({ ...table, tally: NO_ROWS })),
    partitions: await readPartitions(query, schemas),
    objects: await readObjects(query, schemas),
    leftOut: await readLeftOut(query, schemas),
    keyIds: await storedKeyIds(query, columns),
  }
}

/** Each table as an item; its tally goes into the archive and into the manifest. */
async function* tableRecords(
  snapshot: Snapshot,
  tables: DatabaseContent['tables'],
  { onProgress }: MakeOptions,
): AsyncGenerator<ArchiveRecord> {
  for (const [index, table] of tables.entries()) {
    onProgress?.(Math.round((55 * index) / tables.length), 'database')
    yield { type: 'item', value: { table: table.name } }
    const tally = createTally()
    for await (const bytes of snapshot.rows(table)) {
      tally.add(bytes)
      yield { type: 'data', bytes }
    }
    table.tally = tally.result()
    yield { type: 'end', value: table.tally }
  }
}
