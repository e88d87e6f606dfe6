import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import pg from 'pg'
import { skipWithout } from '../../../test/peers.ts'
import { startPostgres } from '../../../test/postgres.ts'
import { createDiskStore } from '../files/index.ts'
import type { OpenBackup } from './manifest.ts'
import { verifyBackup } from './read-parts.ts'
import { loadDatabase } from './restore-database.ts'
import { loadFiles } from './restore-files.ts'
import { openPgliteTarget, openPostgresTarget, type Target } from './target.ts'
import { AWKWARD, allMigrations, backUp, log, sampleSource, scratchFolder } from './test/fixture.ts'

async function restoreAndCompare(target: Target, backup: OpenBackup): Promise<void> {
  try {
    await verifyBackup(backup)
    await loadDatabase(target, backup, { migrations: await allMigrations(), now: new Date() })
    const [user] = await target.query<{ name: string }>('select name from minato.users')
    assert.equal(user?.name, AWKWARD)
    await assert.rejects(
      target.query('delete from minato.audit_log'),
      /append-only/,
      'the audit log is guarded again',
    )
    const [next] = await target.query<{ id: unknown }>(
      `insert into minato.audit_log (at, action) values (now(), 'next') returning id`,
    )
    assert.equal(Number(next?.id), 121, 'identities go on where they were')
    await assert.rejects(
      target.query(`insert into minato.accounts (user_id, provider, password_hash)
        values (gen_random_uuid(), 'password', 'x')`),
      /foreign key/,
    )
    const jobs = await target.query<object>(`select 1 from pgboss.job where name = 'backup.test'`)
    assert.equal(jobs.length, 1)
  } finally {
    await target.close()
  }
}

test('the embedded database goes into PostgreSQL, and PostgreSQL back into an embedded one', {
  skip: skipWithout('postgres'),
}, async () => {
  await using folder = await scratchFolder()
  await using server = await startPostgres()
  const admin = new pg.Client({ connectionString: server.url })
  await admin.connect()
  for (const name of ['from_laptop', 'to_server']) await admin.query(`create database ${name}`)
  await admin.end()
  const at = (name: string): string => new URL(`/${name}`, server.url).href

  await using laptop = await sampleSource(join(folder.path, 'laptop'))
  const first = await (await backUp(laptop)).open()
  await restoreAndCompare(await openPostgresTarget(at('from_laptop'), log), first)

  await using production = await sampleSource(join(folder.path, 'server'), at('to_server'))
  const second = await (await backUp(production)).open()
  assert.equal(second.manifest.kind, 'postgres')
  await restoreAndCompare(await openPgliteTarget(join(folder.path, 'db')), second)
})

test('files come back with their bytes, types and metadata; what is swept anyway does not', async () => {
  await using folder = await scratchFolder()
  await using source = await sampleSource(folder.path)
  const backup = await (await backUp(source)).open()
  assert.equal(backup.manifest.files.count, 2)
  const files = createDiskStore({ root: join(folder.path, 'restored'), clock: Date.now })
  assert.deepEqual(await loadFiles(files, backup), { written: 2, present: 0 })
  const [was, is] = [await source.files.stat('mcp/big.bin'), await files.stat('mcp/big.bin')]
  assert.equal(is?.sha256, was?.sha256)
  assert.deepEqual(is?.metadata, { owner: '港' })
  assert.equal(await files.stat('temp/gone.txt'), undefined)
  assert.deepEqual(await loadFiles(files, backup), { written: 0, present: 2 })
})
