import { createHash, randomUUID } from 'node:crypto'
import { mkdtempSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Kysely, PGliteDialect, sql } from 'kysely'
import { createLogger } from '../log/index.ts'
import {
  type Database,
  type DatabaseKind,
  type Listen,
  openPglite,
  openPostgres,
} from './database.ts'
import { migrate } from './migrate.ts'
import { type Migration, readMigrations } from './migrations.ts'

const ROOT = join(import.meta.dirname, '../../..')
const log = createLogger({ level: 'error' })

export type TestDatabase = {
  db: Database
  kind: DatabaseKind
  listen: Listen
  url: string | undefined
  [Symbol.asyncDispose](): Promise<void>
}

/**
 * A fresh migrated database: PGlite in memory, or a new database on the server that
 * MINATO_TEST_DATABASE_URL names. The same tests run on both.
 *
 * @example
 * await using t = await testDatabase({ apps: ['chatbot'] })
 */
export async function testDatabase(options: { apps?: string[] } = {}): Promise<TestDatabase> {
  const apps = options.apps ?? (await readdir(join(ROOT, 'apps')))
  const migrations = await readMigrations([
    { owner: 'minato', folder: join(ROOT, 'platform/migrations') },
    ...apps.map((app) => ({
      owner: app.replaceAll('-', '_'),
      folder: join(ROOT, 'apps', app, 'migrations'),
    })),
  ])
  const server = process.env['MINATO_TEST_DATABASE_URL']
  return server ? await onPostgres(server, migrations) : await onPglite(migrations)
}

async function onPostgres(server: string, migrations: Migration[]): Promise<TestDatabase> {
  const name = `minato_test_${randomUUID().replaceAll('-', '')}`
  const admin = await openServer(server, 1)
  const template = await templateOn(admin.db, server, migrations)
  await sql.raw(`create database ${name} template ${template}`).execute(admin.db)
  const url = urlOf(server, name)
  const opened = await openServer(url, 4)
  return {
    db: opened.db,
    kind: 'postgres',
    listen: opened.listen,
    url,
    async [Symbol.asyncDispose]() {
      await opened.close()
      await sql.raw(`drop database if exists ${name} with (force)`).execute(admin.db)
      await admin.close()
    },
  }
}

const openServer = (url: string, poolMax: number) =>
  openPostgres({
    ...{ url, poolMax, log },
    ...{ connectTimeoutMs: 5000, statementTimeoutMs: 30_000, slowQueryMs: 60_000 },
  })

function urlOf(server: string, database: string): string {
  const url = new URL(server)
  url.pathname = `/${database}`
  return url.href
}

/** Name of a migrated empty database on that server; whoever comes first makes it. */
async function templateOn(db: Database, server: string, migrations: Migration[]): Promise<string> {
  const name = `minato_template_${checksumOf(migrations)}`
  await sql`select pg_advisory_lock(hashtext(${name}))`.execute(db)
  try {
    const { rows } = await sql`select from pg_database where datname = ${name}`.execute(db)
    if (rows.length > 0) return name
    const making = `${name}_making`
    await sql.raw(`drop database if exists ${making} with (force)`).execute(db)
    await sql.raw(`create database ${making}`).execute(db)
    const opened = await openServer(urlOf(server, making), 1)
    await migrate(opened.db, migrations, { now: new Date() })
    await opened.close()
    await sql.raw(`alter database ${making} rename to ${name}`).execute(db)
    return name
  } finally {
    await sql`select pg_advisory_unlock(hashtext(${name}))`.execute(db)
  }
}

async function onPglite(migrations: Migration[]): Promise<TestDatabase> {
  const template = await templateOf(migrations)
  const opened = await openPglite({ loadDataDir: template, slowQueryMs: 60_000, log })
  return {
    db: opened.db,
    kind: 'pglite',
    listen: opened.listen,
    url: undefined,
    [Symbol.asyncDispose]: () => opened.close(),
  }
}

/** A dump of a migrated empty database, kept in the system's temporary folder by the checksum. */
async function templateOf(migrations: Migration[]): Promise<Blob> {
  const path = join(tmpdir(), `minato-test-template-${checksumOf(migrations)}.tar`)
  if ((await stat(path).catch(() => undefined)) === undefined) await makeTemplate(path, migrations)
  return new Blob([readFileSync(path)])
}

function checksumOf(migrations: Migration[]): string {
  const hash = createHash('sha256')
  for (const { owner, id, checksum } of migrations) hash.update(`${owner}/${id}:${checksum}`)
  return hash.digest('hex').slice(0, 16)
}

async function makeTemplate(path: string, migrations: Migration[]): Promise<void> {
  const { PGlite } = await import('@electric-sql/pglite')
  const { pg_trgm } = await import('@electric-sql/pglite/contrib/pg_trgm')
  const pglite = await PGlite.create({ extensions: { pg_trgm } })
  const db: Database = new Kysely({ dialect: new PGliteDialect({ pglite }) })
  await migrate(db, migrations, { now: new Date() })
  const dump = await pglite.dumpDataDir('none')
  // Written beside and renamed: several test processes may make it at once.
  const scratch = join(mkdtempSync(join(tmpdir(), 'minato-template-')), 'db.tar')
  writeFileSync(scratch, Buffer.from(await dump.arrayBuffer()))
  renameSync(scratch, path)
  await db.destroy()
}
