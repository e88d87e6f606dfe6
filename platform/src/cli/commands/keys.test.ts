import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable, Writable } from 'node:stream'
import { after, before, test } from 'node:test'
import { sql } from 'kysely'
import { type Running, startMinato } from '../../app/start.ts'
import type { System } from '../../app/system.ts'
import { main } from '../main.ts'

const ROOT = join(import.meta.dirname, '../../../..')
const FERNET_KEY = 'cw_0x689RpI-jtRR7oE8h_eQsKImvJapLeSbXpwF4e4='
const FERNET_HELLO =
  'gAAAAAAdwJ6wAAECAwQFBgcICQoLDA0ODy021cpGVWKZ_eEwCGM4BLLF_5CV9dOPmrhuVUPgJobwOz7JcbmrR64jVmpU4IwqDA=='
const OLD = `old:${randomBytes(32).toString('base64')}`
const NEW = `new:${randomBytes(32).toString('base64')}`

const system: System = {
  root: ROOT,
  version: '0.0.0-test',
  apps: async () => [],
  startStandIns: async () => ({
    ...{ names: [], variables: {}, control: { url: 'http://127.0.0.1:1', token: '' } },
    close: async () => undefined,
  }),
  buildSite: async () => undefined,
  commands: {},
}

let dataDir: string
before(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'minato-keys-'))
})
let running: Running | undefined
after(async () => {
  await running?.stop('test')
  await rm(dataDir, { recursive: true, force: true })
})

async function start(keys: string): Promise<Running> {
  running = await startMinato({ system, env: envWith(keys), role: 'all' })
  return running
}

const envWith = (keys: string) => ({
  MINATO_ENV: 'test',
  MINATO_DATA_DIR: dataDir,
  PORT: '0',
  LOG_LEVEL: 'fatal',
  HTTP_DRAIN_DEADLINE: '200ms',
  ENCRYPTION_KEYS: keys,
})

async function minato(args: string[], keys = `${NEW},${OLD}`, stdin = '') {
  const said = { out: '', err: '' }
  const sink = (name: 'out' | 'err') =>
    new Writable({
      write(chunk, _encoding, done) {
        said[name] += String(chunk)
        done()
      },
    })
  const code = await main(args, {
    stdin: Readable.from([Buffer.from(stdin)]),
    stdout: sink('out'),
    stderr: sink('err'),
    env: envWith(keys),
    cwd: dataDir,
    system,
  })
  return { code, ...said }
}

test('generate prints keys and needs no configuration', async () => {
  const { code, out } = await minato(['keys', 'generate'], 'nonsense')
  assert.equal(code, 0)
  assert.match(out, /^AUTH_SECRET=\S{43}\nENCRYPTION_KEYS=k\d{8}:\S{44}\n$/)
})

test('wrong usage says how it is used', async () => {
  for (const args of [
    [],
    ['shuffle'],
    ['rotate', '--batch', '0'],
    ['import-fernet'],
    ['import-fernet', '--key-stdin', '--key-file', 'x'],
  ]) {
    const { code, err } = await minato(['keys', ...args])
    assert.equal(code, 2, args.join(' '))
    assert.match(err, /Usage: minato keys/)
  }
})

test('rotate and import-fernet, through a running server and without one', async () => {
  const send = { to: 'ann@example.com', template: 'verify', locale: 'en' } as const
  const data = { name: 'Ann', url: 'https://example.com/verify#token=t' }
  const old = await start(OLD)
  for (let count = 0; count < 3; count++) await old.booted.services.mail.send({ ...send, data })
  const outdated = await minato(['keys', 'rotate'])
  assert.equal(outdated.code, 1)
  assert.match(outdated.err, /KEYS_SERVER_OUTDATED/)
  assert.match(outdated.err, /Restart every process/)
  await old.stop('test')

  const server = await start(`${NEW},${OLD}`)
  const { db, keys } = server.booted.services
  const rotated = await minato(['keys', 'rotate', '--batch', '2', '--json'])
  assert.equal(rotated.code, 0, rotated.err)
  const result = JSON.parse(rotated.out)
  assert.deepEqual([result.changed, result.failed, result.leftovers], [3, [], []])
  const stored = await sql<{ id: string; body: string }>`
    select id, body from minato.mail_outbox order by id`.execute(db)
  assert.ok(stored.rows.every(({ body }) => body.startsWith('v1.new.')))
  const id = stored.rows[0]?.id ?? ''
  await sql`update minato.mail_outbox set body = ${FERNET_HELLO} where id = ${id}`.execute(db)
  await sql`update minato.mail_outbox set reason = ${`x v1.old.${'A'.repeat(50)}`}
    where id = ${id}`.execute(db)
  const leftover = await minato(['keys', 'rotate'])
  assert.equal(leftover.code, 1)
  assert.match(leftover.err, /mail_outbox\.reason: 1 of an older key/)
  assert.match(leftover.err, /Keep the old key/)
  const audited =
    await sql`select 1 from minato.audit_log where action = 'encryption.rotate'`.execute(db)
  assert.equal(audited.rows.length, 2)
  await sql`update minato.mail_outbox set reason = null`.execute(db)
  await server.stop('test')

  await writeFile(join(dataDir, 'fernet.key'), `${FERNET_KEY}\n`)
  const imported = await minato(['keys', 'import-fernet', '--key-file', 'fernet.key'])
  assert.equal(imported.code, 0, imported.err)
  assert.match(imported.out, /minato\.mail_outbox\.body: 1 re-encrypted/)
  const again = await minato(['keys', 'import-fernet', '--key-stdin'], undefined, FERNET_KEY)
  assert.match(again.out, /^0 re-encrypted, 0 failed\n$/)

  const last = await start(NEW)
  const { rows } = await sql<{ body: string }>`
    select body from minato.mail_outbox where id = ${id}`.execute(last.booted.services.db)
  const place = { table: 'minato.mail_outbox', column: 'body', row: id }
  assert.equal(last.booted.services.keys.decrypt(rows[0]?.body ?? '', place).toString(), 'hello')
  assert.equal(keys.activeKeyId, 'new')
  await last.stop('test')
})
