import { randomBytes, randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'kysely'
import { discoverApps, migrationFolders } from '../../app/system.ts'
import { authEncrypted } from '../../auth/encrypted.ts'
import {
  type Database,
  type Migration,
  migrate,
  openPglite,
  openPostgres,
  readMigrations,
} from '../../data/index.ts'
import { createDiskStore, type FileStore } from '../../files/index.ts'
import { createKeyRing, type KeyRing } from '../../keys/index.ts'
import { createLogger } from '../../log/index.ts'
import { createDiskBackups } from '../disk-store.ts'
import { makeBackup } from '../make.ts'
import { MANIFEST, newBackupId, type OpenBackup, openManifest } from '../manifest.ts'
import type { BackupStore } from '../store.ts'

const ROOT = join(import.meta.dirname, '../../../..')

export const log = createLogger({ level: 'fatal' })
export const keyBytes = randomBytes(32)
export const keys = createKeyRing([{ id: 'k1', key: keyBytes }], 'x'.repeat(32))

export async function allMigrations(): Promise<Migration[]> {
  return await readMigrations(migrationFolders(ROOT, await discoverApps(ROOT)))
}

/** A temporary folder that goes with the test. */
export async function scratchFolder(): Promise<AsyncDisposable & { path: string }> {
  const path = await mkdtemp(join(tmpdir(), 'minato-backup-'))
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) }
}

export type Source = AsyncDisposable & {
  db: Database
  url: string | undefined
  files: FileStore
  folder: string
}

/** A migrated database with awkward rows and two files: PGlite, or the PostgreSQL at `url`. */
export async function sampleSource(folder: string, url?: string): Promise<Source> {
  const opened =
    url === undefined
      ? await openPglite({ slowQueryMs: 60_000, log })
      : await openPostgres({
          ...{ url, poolMax: 2, connectTimeoutMs: 5000, statementTimeoutMs: 0 },
          ...{ slowQueryMs: 60_000, log },
        })
  await migrate(opened.db, await allMigrations(), { now: new Date() })
  await fill(opened.db)
  const files = createDiskStore({ root: join(folder, 'files'), clock: Date.now })
  await files.put('chatbot/a.txt', Buffer.from('こんにちは'), { contentType: 'text/plain' })
  await files.put('mcp/big.bin', randomBytes(3_000_000), {
    contentType: 'application/octet-stream',
    metadata: { owner: '港' },
  })
  await files.put('temp/gone.txt', Buffer.from('passing'), { contentType: 'text/plain' })
  return { db: opened.db, url, files, folder, [Symbol.asyncDispose]: () => opened.close() }
}

export const AWKWARD = 'tab\t line\n return\r back\\slash \\N \b\f\v 港 😀 "quoted"'

async function fill(db: Database): Promise<void> {
  const id = randomUUID()
  await sql`insert into minato.users (id, email, email_key, name, roles, locale)
    values (${id}, 'Hana@example.com', 'hana@example.com', ${AWKWARD}, '{admin,user}', 'en')`.execute(
    db,
  )
  const secret = keys.encrypt('totp', { table: 'minato.two_factors', column: 'secret', row: id })
  await sql`insert into minato.two_factors (user_id, secret) values (${id}, ${secret})`.execute(db)
  for (let n = 0; n < 120; n += 1) {
    await sql`insert into minato.audit_log (at, actor_id, action, target, metadata)
      values (${new Date(1_700_000_000_123 + n)}, ${n % 3 === 0 ? null : id}, 'backup.test',
        ${n % 2 === 0 ? '' : AWKWARD}, ${JSON.stringify({ n, text: AWKWARD, big: 12345678901234567890n.toString() })}::text::jsonb)`.execute(
      db,
    )
  }
  await sql`insert into chatbot.conversations (owner_id, title, created_at, updated_at)
    values (${id}, ${'long '.repeat(100_000)}, now(), 'infinity')`.execute(db)
  await sql`select pgboss.create_queue('backup.test', '{"policy":"standard"}'::jsonb)`.execute(db)
  await sql`insert into pgboss.job (name, data) values ('backup.test', '{"a":1}')`.execute(db)
}

export type MadeBackup = {
  id: string
  store: BackupStore
  open(ring?: KeyRing): Promise<OpenBackup>
}

/** A backup of the source, in a folder of its own unless a store is named. */
export async function backUp(
  source: Source,
  store: BackupStore = createDiskBackups(join(source.folder, 'backups')),
): Promise<MadeBackup> {
  const id = newBackupId(new Date())
  const databaseUrl = source.url === undefined ? undefined : { reveal: () => source.url ?? '' }
  const config = { data: { databaseUrl } } as unknown as Parameters<typeof makeBackup>[0]['config']
  await makeBackup(
    {
      ...{ config, db: source.db, keys, version: '0.0.0-test', clock: Date.now },
      files: { store: source.files } as unknown as Parameters<typeof makeBackup>[0]['files'],
      encryptedColumns: authEncrypted.columns,
    },
    { id, store, reason: 'manual', note: '', extra: [] },
  )
  return {
    ...{ id, store },
    async open(ring = keys) {
      const bytes = await store.get(`${id}/${MANIFEST}`)
      if (bytes === undefined) throw new Error('The backup was not published.')
      return await openManifest(store, ring, id, bytes)
    },
  }
}
