import assert from 'node:assert/strict'
import { test } from 'node:test'
import { harness } from './test/harness.ts'
import type { Principal } from './types.ts'
import { actorOf } from './types.ts'

const cli = { id: 'cli', admin: true }
type H = Awaited<ReturnType<typeof harness>>
const operatorOf = async (h: H) => {
  const user = await h.createPerson('operator@example.jp', 'operator')
  return { id: user.id, email: user.email, admin: false }
}
const refusal = (code: string) => ({ code })

test('deny by default: undeclared permissions belong to nobody, not even administrators', async () => {
  await using h = await harness()
  const { cookies } = await h.signedIn('admin@example.jp', 'admin')
  const cookie = `minato_session=${cookies['minato_session']}`
  const principal = (await h.auth.authenticate({ cookie })) as Principal
  assert.equal(h.auth.hasPermission(principal, 'notes.purge'), true)
  assert.equal(h.auth.hasPermission(principal, 'notes.undeclared'), false)
  assert.equal(h.auth.hasPermission(null, 'signed-in'), false)
  assert.equal(h.auth.hasPermission(null, 'public'), true)
  assert.equal(actorOf(principal).admin, true)
})

test('an operator cannot make, change or disable an administrator', async () => {
  await using h = await harness()
  const operator = await operatorOf(h)
  const admin = await h.createPerson('admin@example.jp', 'admin')
  const user = await h.createPerson('user@example.jp')
  const { users } = h.auth
  const only = refusal('AUTH_ADMIN_ONLY')
  await assert.rejects(users.setRoles(user.id, ['admin'], operator), only)
  await assert.rejects(users.setRoles(operator.id, ['operator', 'admin'], operator), only)
  await assert.rejects(users.setRoles(admin.id, ['user'], operator), only)
  await assert.rejects(users.disable(admin.id, operator), only)
  await assert.rejects(users.resetTwoFactor(admin.id, operator), only)
  await assert.rejects(users.unlock(admin.id, operator), only)
  await assert.rejects(users.revokeSessions(admin.id, operator), only)
  await assert.rejects(h.auth.roles.set('operator', 'notes.purge', true, operator), only)
  assert.deepEqual((await users.setRoles(user.id, ['operator'], operator)).roles, ['operator'])
})

test('the last administrator stays, also when two go at once', async () => {
  await using h = await harness()
  const one = await h.createPerson('one@example.jp', 'admin')
  const last = refusal('AUTH_LAST_ADMIN')
  await assert.rejects(h.auth.users.setRoles(one.id, ['user'], cli), last)
  await assert.rejects(h.auth.users.disable(one.id, cli), last)
  assert.equal((await h.auth.users.find(one.id))?.status, 'active', 'rolled back')
  const two = await h.createPerson('two@example.jp', 'admin')
  const other = await h.start()
  const results = await Promise.allSettled([
    h.auth.users.disable(one.id, cli),
    other.auth.users.setRoles(two.id, ['user'], cli),
  ])
  assert.deepEqual(results.map((result) => result.status).sort(), ['fulfilled', 'rejected'])
})

test('what a role may do is changed by operators’ overrides, at once and in every process', async () => {
  await using h = await harness()
  const other = await h.start()
  const { cookies } = await h.signedIn('user@example.jp')
  const status = async (from: Pick<H, 'call'>, path: string) =>
    (await from.call(path, { cookies })).status
  assert.equal(await status(h, '/api/notes/purge'), 403)
  assert.equal(await status(other, '/api/notes/purge'), 403)
  await h.auth.roles.set('user', 'notes.purge', true, cli)
  assert.equal(await status(h, '/api/notes/purge'), 200)
  h.clock.advance(5000)
  assert.equal(await status(other, '/api/notes/purge'), 200)
  await h.auth.roles.set('user', 'notes.use', false, cli)
  assert.equal(await status(h, '/api/notes'), 403)
  const { permissions } = await h.auth.roles.matrix()
  const row = permissions.find((permission) => permission.name === 'notes.use')
  assert.deepEqual([row?.defaults.user, row?.effective.user, row?.app], [true, false, 'notes'])
  await h.auth.roles.set('user', 'notes.use', null, cli)
  assert.equal(await status(h, '/api/notes'), 200)
  await assert.rejects(
    h.auth.roles.set('user', 'notes.nothing', true, cli),
    refusal('AUTH_PERMISSION_UNKNOWN'),
  )
  await assert.rejects(
    h.auth.roles.set('admin', 'notes.use', false, cli),
    refusal('AUTH_ADMIN_ONLY'),
  )
})

test('an app cannot take over the permission of another', async () => {
  await using h = await harness()
  const table = { 'users.manage': { title: { en: 'x', ja: 'x' }, roles: ['user' as const] } }
  assert.throws(() => h.auth.definePermissions('evil', table), /declared by another/)
})

test('users are searched and paged, wildcards being plain characters', async () => {
  await using h = await harness()
  for (let index = 0; index < 5; index += 1) {
    await h.createPerson(`person${index}@example.jp`)
    h.clock.advance(1000)
  }
  await h.createPerson('a_b%c@example.jp')
  const page = await h.auth.users.list({ query: 'person', limit: 3 })
  assert.deepEqual(
    page.items.map((user) => user.email[6]),
    ['4', '3', '2'],
  )
  const next = await h.auth.users.list({ query: 'person', limit: 3, cursor: page.nextCursor ?? '' })
  assert.deepEqual(
    next.items.map((user) => user.email[6]),
    ['1', '0'],
  )
  assert.equal(next.nextCursor, null)
  assert.equal((await h.auth.users.list({ query: '_b%' })).items.length, 1)
  assert.equal((await h.auth.users.list({ query: '%' })).items.length, 1)
})
