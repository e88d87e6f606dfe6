import assert from 'node:assert/strict'
import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { sql } from 'kysely'
import { testServices } from '../app/testing.ts'
import { backupFigures } from './figures.ts'
import { markBackup } from './mark.ts'

const DAY_MS = 86_400_000

test('old backups go after 30 days; the newest proven one stays, and half-written ones go', async () => {
  let now = Date.parse('2026-01-01T00:00:00Z')
  await using system = await testServices({ clock: () => now })
  const { services } = system
  const make = async () => (await services.backups.create({ reason: 'schedule' })).id
  const proven = await make()
  const proof = sql`insert into minato.drills (backup_id, state, started_at)
    values (${proven}, 'passed', ${new Date(now)})`
  await proof.execute(services.db)
  now += DAY_MS
  const old = await make()
  now += 60 * DAY_MS
  const place = join(services.config.core.dataDir, 'backups')
  const half = '20260102T000000Z-00000000'
  await mkdir(join(place, half))
  await writeFile(join(place, half, 'database.00001'), 'half')
  const newest = await make()
  assert.deepEqual(await services.backups.expire(), { deleted: [old] })
  const left = (await readdir(place)).filter((name) => name !== '.tmp')
  assert.deepEqual(left.sort(), [proven, newest].sort())
  const states = (await services.backups.list()).map(({ id, state }) => [id, state])
  assert.deepEqual(Object.fromEntries(states), {
    [proven]: 'done',
    [old]: 'deleted',
    [newest]: 'done',
  })
  // Another database over the same store knows them again.
  await sql`delete from minato.backups`.execute(services.db)
  await services.backups.refresh()
  assert.deepEqual((await services.backups.list()).map(({ id }) => id).sort(), [proven, newest])
  const unproven = backupFigures.find(({ name }) => name === 'backup_unproven')
  const heard = await unproven?.read(services.db)
  assert.deepEqual(heard, [{ value: 1 }], 'the alerts hear of what nobody has restored')
})

test('a marked backup is made where the configuration says so, and shared by acts in a row', async () => {
  await using system = await testServices({ env: { BACKUP_MARKS: 'import' } })
  const { services } = system
  assert.equal(await markBackup(services, 'key-rotation'), undefined)
  const first = await markBackup(services, 'import')
  assert.equal(first?.reason, 'import')
  assert.equal((await markBackup(services, 'import'))?.id, first?.id)
  assert.notEqual((await markBackup(services, 'import', 'orders of 2024'))?.id, first?.id)
})
