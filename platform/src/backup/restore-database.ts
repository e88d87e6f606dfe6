import { type Migration, migrate, sqlState } from '../data/index.ts'
import {
  type ForeignKey,
  readForeignKeys,
  readObjects,
  readPartitions,
  readPlainIndexes,
  readTables,
} from './catalog.ts'
import { backupErrors } from './errors.ts'
import type { Manifest, OpenBackup } from './manifest.ts'
import { TEXT_SETTINGS } from './query.ts'
import { readItems, tableItem } from './read-parts.ts'
import { createTally } from './tally.ts'
import type { Target } from './target.ts'

export type LoadOptions = {
  migrations: readonly Migration[]
  now: Date
  /** Takes a backup whose source was not what its migrations make. */
  acceptDifferences?: boolean
  onProgress?: (percent: number) => void
}

/** Larger than the default of 64 MB, and small beside what a server for a gigabyte has. */
const INDEX_MEMORY = '256MB'

type BackedTable = Manifest['tables'][number]

/**
 * Makes the schema by the migrations the backup had, loads every table in one transaction and reads
 * all of it back before the commit: either the whole state is there and proven, or nothing is.
 * @throws {MinatoError} BACKUP_RELEASE_NEWER, BACKUP_SCHEMA_DIFFERS, BACKUP_COUNT_DIFFERS, BACKUP_ORPHANS
 */
export async function loadDatabase(
  target: Target,
  backup: OpenBackup,
  options: LoadOptions,
): Promise<void> {
  const { manifest } = backup
  await migrate(target.db, migrationsOf(manifest, options.migrations), { now: options.now })
  const schemas = schemasOf(manifest)
  await makePartitions(target, manifest, schemas)
  const loadable = await compareSchema(target, manifest, schemas, options)
  await inTransaction(target, async () => {
    // Within: the empty search path makes every definition name its schemas.
    const foreignKeys = await readForeignKeys(target.query, schemas)
    const indexes = await readPlainIndexes(target.query, schemas)
    await unguard(target, schemas, foreignKeys)
    for (const { name } of indexes) await target.query(`drop index ${name}`)
    await loadTables(target, backup, loadable, options)
    await setSequences(target, manifest)
    await target.query(`set local maintenance_work_mem = '${INDEX_MEMORY}'`)
    for (const { definition } of indexes) await target.query(definition)
    await guardAgain(target, foreignKeys)
    for (const table of loadable.values()) await compareRows(target, table)
  })
  await target.query('analyze')
}

/** The recorded ones among ours. One that we have not, or have in another form, means another release. */
export function migrationsOf(
  manifest: Manifest,
  migrations: readonly Migration[],
): readonly Migration[] {
  const ours = new Map(migrations.map((one) => [`${one.owner}/${one.id}`, one]))
  const unknown = manifest.migrations
    .filter(({ owner, id, checksum }) => ours.get(`${owner}/${id}`)?.checksum !== checksum)
    .map(({ owner, id }) => `${owner}/${id}`)
  if (unknown.length > 0) {
    const { release } = manifest
    throw backupErrors.BACKUP_RELEASE_NEWER({ release, migrations: firstOf(unknown) })
  }
  const recorded = new Set(manifest.migrations.map(({ owner, id }) => `${owner}/${id}`))
  return migrations.filter(({ owner, id }) => recorded.has(`${owner}/${id}`))
}

function firstOf(names: readonly string[]): string {
  const shown = names.slice(0, 5).join(', ')
  return names.length > 5 ? `${shown} and ${names.length - 5} more` : shown
}

function schemasOf({ tables, migrations }: Manifest): string[] {
  const owners = migrations.map(({ owner }) => owner)
  const named = tables.map(({ name }) => name.split('.', 1)[0] ?? '')
  return [...new Set(['minato', 'pgboss', ...owners, ...named])]
}

async function makePartitions(
  { query }: Target,
  { partitions }: Manifest,
  schemas: readonly string[],
): Promise<void> {
  const there = new Set((await readPartitions(query, schemas)).map(({ name }) => name))
  for (const { name, parent, bound } of partitions) {
    if (!there.has(name)) await query(`create table ${name} partition of ${parent} ${bound}`)
  }
}

/** The tables to load, in the form the target has them. */
async function compareSchema(
  { query }: Target,
  manifest: Manifest,
  schemas: readonly string[],
  { acceptDifferences = false }: LoadOptions,
): Promise<Map<string, BackedTable>> {
  const made = new Map((await readTables(query, schemas)).map((table) => [table.name, table]))
  const backed = new Map(manifest.tables.map((table) => [table.name, table]))
  const differences: string[] = []
  const loadable = new Map<string, BackedTable>()
  for (const name of made.keys()) {
    if (!backed.has(name)) differences.push(`table ${name} is missing in the backup`)
  }
  for (const table of backed.values()) {
    const columns = made.get(table.name)?.columns
    if (columns === undefined) differences.push(`table ${table.name} is made by no migration`)
    else {
      const found = columnDifferences(table, columns)
      differences.push(...found)
      if (found.length === 0) loadable.set(table.name, table)
    }
  }
  const objects = new Set(await readObjects(query, schemas))
  const had = new Set(manifest.objects)
  for (const name of objects.difference(had)) differences.push(`${name} is missing in the backup`)
  for (const name of had.difference(objects)) differences.push(`${name} is made by no migration`)
  if (differences.length > 0 && !acceptDifferences) {
    throw backupErrors.BACKUP_SCHEMA_DIFFERS({ differences: firstOf(differences) })
  }
  return loadable
}

function columnDifferences(table: BackedTable, columns: BackedTable['columns']): string[] {
  const made = new Map(columns.map((column) => [column.name, column.type]))
  const had = new Map(table.columns.map((column) => [column.name, column.type]))
  return [...new Set([...made.keys(), ...had.keys()])]
    .filter((name) => made.get(name) !== had.get(name))
    .map((name) => {
      if (!had.has(name)) return `column ${table.name}.${name} is missing in the backup`
      if (!made.has(name)) return `column ${table.name}.${name} is made by no migration`
      return `column ${table.name}.${name} is ${had.get(name)} instead of ${made.get(name)}`
    })
}

async function inTransaction({ query }: Target, work: () => Promise<void>): Promise<void> {
  await query('begin')
  try {
    for (const setting of TEXT_SETTINGS) await query(setting)
    await work()
    await query('commit')
  } catch (error) {
    // A connection that is gone has rolled back by itself; the first failure is the one to tell.
    await query('rollback').catch(() => undefined)
    throw error
  }
}

/**
 * Rows arrive table by table, in no order of reference, and also into tables that refuse changes (the
 * audit log): references and triggers are put aside within the transaction, and come back at its end.
 */
async function unguard(
  { query }: Target,
  schemas: readonly string[],
  foreignKeys: readonly ForeignKey[],
): Promise<void> {
  for (const { table, name } of foreignKeys) {
    await query(`alter table ${table} drop constraint ${name}`)
  }
  const tables = await readTables(query, schemas)
  for (const { name } of tables) await query(`alter table ${name} disable trigger user`)
  // Migrations put rows in, too: the backup has them as they were then.
  await query(`truncate ${tables.map(({ name }) => name).join(', ')}`)
}

/** A reference that does not hold any more is an orphan, and ends the restore. */
async function guardAgain(target: Target, foreignKeys: readonly ForeignKey[]): Promise<void> {
  const { query } = target
  await query('set constraints all immediate')
  for (const { name } of await tablesWithDisabled(target)) {
    await query(`alter table ${name} enable trigger user`)
  }
  for (const key of foreignKeys) {
    await query('savepoint reference')
    try {
      await query(`alter table ${key.table} add constraint ${key.name} ${key.definition}`)
    } catch (error) {
      if (sqlState(error) !== '23503') throw error
      await query('rollback to savepoint reference')
      throw backupErrors.BACKUP_ORPHANS({
        table: key.table,
        constraint: `${key.name}: ${key.definition}`,
        count: await countOrphans(target, key),
      })
    }
    await query('release savepoint reference')
  }
}

async function tablesWithDisabled({ query }: Target): Promise<{ name: string }[]> {
  return await query<{ name: string }>(
    `select distinct format('%I.%I', n.nspname, c.relname) as name
       from pg_trigger t join pg_class c on c.oid = t.tgrelid
       join pg_namespace n on n.oid = c.relnamespace
      where t.tgenabled = 'D' and not t.tgisinternal and n.nspname !~ '^pg_'`,
  )
}

async function countOrphans({ query }: Target, { table, definition }: ForeignKey) {
  const parts = /^FOREIGN KEY \((.+?)\) REFERENCES (\S+?)\((.+?)\)/.exec(definition)
  const [, own = '', other = '', keys = ''] = parts ?? []
  const pairs = own.split(', ').map((name, index) => `t.${name} = o.${keys.split(', ')[index]}`)
  const given = own.split(', ').map((name) => `t.${name} is not null`)
  const [row] = await query<{ count: number }>(
    `select count(*)::int as count from ${table} t where ${given.join(' and ')}
        and not exists (select 1 from ${other} o where ${pairs.join(' and ')})`,
  )
  return row?.count ?? 0
}

async function loadTables(
  target: Target,
  backup: OpenBackup,
  loadable: ReadonlyMap<string, BackedTable>,
  { onProgress }: LoadOptions,
): Promise<void> {
  const all = backup.manifest.tables.reduce((sum, { tally }) => sum + tally.bytes, 1)
  let done = 0
  for await (const { value, bytes } of readItems(backup, 'database')) {
    const table = loadable.get(tableItem.parse(value).table)
    if (table === undefined || table.tally.rows === 0) for await (const _ of bytes);
    else {
      await target.load(table, bytes)
      done += table.tally.bytes
      onProgress?.((100 * done) / all)
    }
  }
}

async function setSequences({ query }: Target, { sequences }: Manifest): Promise<void> {
  for (const { name, last } of sequences) {
    if (last === null)
      await query(
        `select setval(to_regclass($1), start_value, false)
      from pg_sequences where format('%I.%I', schemaname, sequencename) = $1`,
        [name],
      )
    else await query('select setval(to_regclass($1), $2::bigint, true)', [name, last])
  }
}

async function compareRows(target: Target, table: BackedTable): Promise<void> {
  const tally = createTally()
  for await (const bytes of target.rows(table)) tally.add(bytes)
  const { rows, checksum } = tally.result()
  if (checksum === table.tally.checksum && rows === table.tally.rows) return
  throw backupErrors.BACKUP_COUNT_DIFFERS({
    table: table.name,
    found: rows,
    expected: table.tally.rows,
  })
}
