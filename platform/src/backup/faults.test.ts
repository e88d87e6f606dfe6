import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { CompiledQuery, sql } from 'kysely'
import { testServices } from '../app/testing.ts'
import { authEncrypted } from '../auth/encrypted.ts'
import { createKeyRing } from '../keys/index.ts'
import { openCiphertexts } from './ciphertexts.ts'
import type { Query } from './query.ts'
import { verifyBackup } from './read-parts.ts'
import { type RestoreOptions, restoreBackup } from './restore.ts'
import { loadDatabase } from './restore-database.ts'
import { openPgliteTarget } from './target.ts'
import {
  allMigrations,
  backUp,
  keyBytes,
  log,
  type MadeBackup,
  type Source,
  sampleSource,
  scratchFolder,
} from './test/fixture.ts'

const code = (expected: string) => (error: unknown) => {
  assert.equal(error instanceof Error && 'code' in error ? error.code : error, expected)
  return true
}

describe('a damaged backup says what is wrong, and nothing is touched', () => {
  let folder: Awaited<ReturnType<typeof scratchFolder>>
  let source: Source
  let made: MadeBackup
  let place: string
  before(async () => {
    folder = await scratchFolder()
    source = await sampleSource(folder.path)
    made = await backUp(source)
    place = join(folder.path, 'backups', made.id)
  })
  after(async () => {
    await source[Symbol.asyncDispose]()
    await folder[Symbol.asyncDispose]()
  })

  /** Changes one file, runs, and puts the file back. */
  async function damaged(
    name: string,
    change: (bytes: Buffer) => Buffer,
    run: () => Promise<void>,
  ) {
    const path = join(place, name)
    const bytes = await readFile(path)
    await writeFile(path, change(Buffer.from(bytes)))
    try {
      await run()
    } finally {
      await writeFile(path, bytes)
    }
  }
  const flip = (at: number) => (bytes: Buffer) => {
    bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at)
    return bytes
  }

  test('one changed byte in a part', async () => {
    await damaged('database.00001', flip(1000), async () => {
      await assert.rejects(verifyBackup(await made.open()), (error: Error) => {
        assert.match(error.message, /database\.00001.*SHA-256/)
        return code('BACKUP_CORRUPT')(error)
      })
    })
  })

  test('one changed byte in the manifest, outside and inside', async () => {
    await damaged('manifest', flip(60), async () => {
      await assert.rejects(made.open(), /not what was written|Wrong key|does not open/)
    })
    await damaged(
      'manifest',
      (bytes) => flip(bytes.length - 40)(bytes),
      async () => {
        await assert.rejects(made.open(), code('BACKUP_CORRUPT'))
      },
    )
  })

  test('a part that is missing, and one that is cut', async () => {
    await damaged(
      'files.00001',
      (bytes) => bytes.subarray(0, 500),
      async () => {
        await assert.rejects(verifyBackup(await made.open()), code('BACKUP_CORRUPT'))
        await rm(join(place, 'files.00001'))
        await assert.rejects(verifyBackup(await made.open()), code('BACKUP_PART_MISSING'))
      },
    )
  })

  test('the key is lost, or another one has its id', async () => {
    const lost = createKeyRing([{ id: 'k2', key: randomBytes(32) }], 'x'.repeat(32))
    await assert.rejects(made.open(lost), (error: Error) => {
      assert.match(error.message, /"k1"/)
      return code('BACKUP_KEY_MISSING')(error)
    })
    const other = createKeyRing([{ id: 'k1', key: randomBytes(32) }], 'x'.repeat(32))
    await assert.rejects(made.open(other), code('BACKUP_KEY_WRONG'))
    const rotated = createKeyRing(
      [
        { id: 'k2', key: randomBytes(32) },
        { id: 'k1', key: keyBytes },
      ],
      'x'.repeat(32),
    )
    await made.open(rotated)
  })

  test('a release without its migrations', async () => {
    const migrations = (await allMigrations()).slice(0, -2)
    await assert.rejects(
      restoreBackup(await made.open(), { ...optionsFor('older'), migrations }),
      code('BACKUP_RELEASE_NEWER'),
    )
    assert.ok(!(await readdir(folder.path)).includes('older'))
  })

  const optionsFor = (name: string): RestoreOptions => ({
    ...{ place: { kind: 'folder', path: join(folder.path, name) }, files: undefined },
    ...{ migrations: [], replace: undefined, acceptDifferences: false, keepSessions: false },
    ...{ now: new Date(), log },
  })

  test('rows that are not those of the manifest are not kept', async () => {
    const backup = await made.open()
    const first = backup.manifest.tables.find(({ name }) => name === 'minato.audit_log')
    assert.ok(first)
    first.tally.rows -= 1
    const target = await openPgliteTarget(join(folder.path, 'counts'))
    try {
      await assert.rejects(
        loadDatabase(target, backup, { migrations: await allMigrations(), now: new Date() }),
        code('BACKUP_COUNT_DIFFERS'),
      )
      assert.deepEqual(await target.query('select 1 from minato.users'), [], 'rolled back')
    } finally {
      await target.close()
    }
  })

  test('rows that point nowhere are named, and not kept', async () => {
    await sql`set session_replication_role = replica`.execute(source.db)
    await sql`insert into minato.accounts (user_id, provider, password_hash)
      values (gen_random_uuid(), 'password', 'x')`.execute(source.db)
    await sql`reset session_replication_role`.execute(source.db)
    const backup = await (await backUp(source)).open()
    const target = await openPgliteTarget(join(folder.path, 'orphans'))
    try {
      await assert.rejects(
        loadDatabase(target, backup, { migrations: await allMigrations(), now: new Date() }),
        (error: Error) => {
          assert.match(error.message, /1 row\(s\) of minato\.accounts/)
          return code('BACKUP_ORPHANS')(error)
        },
      )
    } finally {
      await target.close()
    }
  })

  test('stored values that the present keys cannot open are counted', async () => {
    const query: Query = async <Row extends object>(text: string, values: unknown[] = []) =>
      (await source.db.executeQuery<Row>(CompiledQuery.raw(text, values))).rows
    const other = createKeyRing([{ id: 'k9', key: randomBytes(32) }], 'x'.repeat(32))
    const { opened, unopened } = await openCiphertexts(query, other, authEncrypted.columns)
    assert.equal(opened, 0)
    assert.deepEqual(unopened, [
      { column: 'minato.two_factors.secret', count: 1, code: 'KEY_UNKNOWN' },
    ])
  })
})

test('the drill fails with the reason: no backup, a stale one, a dropped table', async () => {
  let later = 0
  await using system = await testServices({
    env: { BACKUP_MAX_AGE: '1h' },
    clock: () => Date.now() + later,
  })
  const { services } = system
  const drill = async () => {
    const { state, errorCode, errorDetail } = await services.backups.drill()
    assert.equal(state, 'failed')
    return [errorCode, errorDetail?.en ?? ''] as const
  }
  assert.equal((await drill())[0], 'BACKUP_NONE')

  await services.backups.create({ reason: 'manual' })
  later = 2 * 3_600_000
  const [stale, hours] = await drill()
  assert.equal(stale, 'BACKUP_STALE')
  assert.match(hours, /2 hours old; at most 1/)
  later = 0

  await sql`drop table minato.recovery_codes`.execute(services.db)
  const broken = await services.backups.create({ reason: 'manual' })
  const [reason, detail] = await drill()
  assert.equal(reason, 'BACKUP_SCHEMA_DIFFERS')
  assert.match(detail, /table minato\.recovery_codes is missing/)
  const listed = await services.backups.list()
  assert.equal(listed.find(({ id }) => id === broken.id)?.proof, 'failed')
})
