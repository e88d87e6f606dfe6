import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sql } from 'kysely'
import { harness, PASSWORD } from './test/harness.ts'

const cli = { id: 'cli', admin: true }

test('the database itself refuses to change, remove or empty the trail', async () => {
  await using h = await harness()
  await h.audit.record({ actorId: 'cli', action: 'test.act' })
  for (const statement of [
    sql`update minato.audit_log set action = 'nothing'`,
    sql`delete from minato.audit_log`,
    sql`truncate minato.audit_log`,
  ]) {
    await assert.rejects(statement.execute(h.db), /append-only/)
  }
  assert.equal((await h.audit.list({})).items.length, 1)
})

test('it says who did what to what, from where and when', async () => {
  await using h = await harness()
  const admin = await h.signedIn('admin@example.jp', 'admin')
  const body = { email: 'new@example.jp', role: 'user' }
  const { cookies } = admin
  const made = await h.call('/api/auth/invitations', { body, cookies, ip: '203.0.113.7' })
  const { items } = await h.audit.list({ action: 'user.invite' })
  const [row] = items
  assert.equal(row?.actorId, admin.user.id)
  assert.equal(row?.actorEmail, 'admin@example.jp')
  assert.equal(row?.target, `invitation:${String(made.body['id'])}`)
  assert.equal(row?.ip, '203.0.113.7')
  assert.equal(row?.requestId, made.headers['x-request-id'])
  assert.equal(row?.at.getTime(), h.clock())
})

test('secrets in metadata are masked, at any depth', async () => {
  await using h = await harness()
  const metadata = {
    apiToken: 'tok-123456',
    nested: { client_secret: 'shh-123456', credential: { password: PASSWORD } },
    note: 'Authorization: Bearer abcdef0123456789abcdef0123456789',
    role: 'admin',
  }
  await h.audit.record({ actorId: 'cli', action: 'test.act', metadata })
  const [row] = (await h.audit.list({})).items
  const text = JSON.stringify(row?.metadata)
  for (const secret of ['tok-123456', 'shh-123456', PASSWORD, 'abcdef0123456789']) {
    assert.ok(!text.includes(secret), secret)
  }
  assert.equal(row?.metadata?.['role'], 'admin')
})

test('a record in a transaction that fails is not there', async () => {
  await using h = await harness()
  const work = h.db.transaction().execute(async (tx) => {
    await h.audit.record({ actorId: 'cli', action: 'test.act' }, tx)
    throw new Error('undo')
  })
  await assert.rejects(work, /undo/)
  assert.equal((await h.audit.list({})).items.length, 0)
})

test('it is filtered and paged', async () => {
  await using h = await harness()
  for (let index = 0; index < 5; index += 1) {
    const action = index % 2 === 0 ? 'user.disable' : 'key.create'
    await h.audit.record({ actorId: `a${index}`, action, target: `user:${index}` })
    h.clock.advance(1000)
  }
  const family = await h.audit.list({ action: 'user.*', limit: 2 })
  assert.deepEqual(
    family.items.map((row) => row.actorId),
    ['a4', 'a2'],
  )
  const rest = await h.audit.list({ action: 'user.*', limit: 2, cursor: family.nextCursor ?? '' })
  assert.deepEqual(
    rest.items.map((row) => row.actorId),
    ['a0'],
  )
  assert.equal(rest.nextCursor, null)
  assert.equal((await h.audit.list({ target: 'user:3' })).items.length, 1)
  assert.equal((await h.audit.list({ actorId: 'a1' })).items.length, 1)
  const from = new Date(h.clock() - 2000)
  assert.equal((await h.audit.list({ from })).items.length, 2)
})

test('failed sign-ins are there, and what was typed into the address field is not', async () => {
  await using h = await harness()
  const user = await h.createPerson('momo@example.jp')
  await h.signIn('momo@example.jp', 'wrong password')
  await h.signIn('my-secret-password', 'x')
  const { items } = await h.audit.list({ action: 'sign-in.fail' })
  assert.equal(items.length, 2)
  assert.equal(items[1]?.target, `user:${user.id}`)
  assert.ok(!JSON.stringify(items).includes('my-secret-password'))
  await h.auth.users.disable(user.id, cli)
  assert.equal((await h.audit.list({ actorId: 'cli', action: 'user.disable' })).items.length, 1)
})
