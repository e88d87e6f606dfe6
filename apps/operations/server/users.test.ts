import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type OperationsServer, operationsServer, steppedUp } from './testing.ts'

let operations: OperationsServer

before(async () => {
  operations = await operationsServer()
})
after(async () => {
  await operations[Symbol.asyncDispose]()
})

const call = (method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE', path: string) => {
  return async (headers: Record<string, string>, payload?: object) =>
    await operations.server.inject({
      method,
      url: `/api/operations${path}`,
      headers,
      ...(payload === undefined ? {} : { payload }),
    })
}

async function actions(headers: Record<string, string>, target: string): Promise<string[]> {
  const answer = await call('GET', `/audit?target=${encodeURIComponent(target)}`)(headers)
  return answer.json().items.map((row: { action: string }) => row.action)
}

test('users are found by name, role and standing, page by page', async () => {
  const { headers } = await operations.server.signIn('operator')
  for (let i = 0; i < 3; i += 1) await operations.server.signIn('user')
  const first = (await call('GET', '/users?role=user&limit=2')(headers)).json()
  assert.equal(first.items.length, 2)
  assert.ok(first.nextCursor)
  const next = await call('GET', `/users?role=user&limit=2&cursor=${first.nextCursor}`)(headers)
  const [a, b] = [first.items, next.json().items]
  assert.ok(b.length >= 1)
  assert.equal(
    new Set([...a, ...b].map((user: { id: string }) => user.id)).size,
    a.length + b.length,
  )
  const { email } = a[0]
  const found = (await call('GET', `/users?query=${encodeURIComponent(email)}`)(headers)).json()
  assert.deepEqual(
    found.items.map((user: { email: string }) => user.email),
    [email],
  )
  assert.match(found.items[0].createdAt, /^\d{4}-.*Z$/)
})

test('one user shows sessions and keys, and a revoked key is gone', async () => {
  const { headers } = await operations.server.signIn('operator')
  const person = await operations.server.signIn('user')
  const key = await operations.server.apiKey(person.user)
  const one = (await call('GET', `/users/${person.user.id}`)(headers)).json()
  assert.equal(one.sessions.length, 1)
  assert.equal(one.keys.length, 1)
  assert.equal(JSON.stringify(one).includes(key), false)
  const path = `/users/${person.user.id}/keys/${one.keys[0].id}`
  assert.equal((await call('DELETE', path)(headers)).statusCode, 204)
  assert.equal((await call('DELETE', path)(headers)).statusCode, 404)
})

test('roles change, sessions end, the act is in the log', async () => {
  const admin = await steppedUp(operations.server, 'admin')
  const person = await operations.server.signIn('user')
  const changed = await call('PATCH', `/users/${person.user.id}`)(admin.headers, {
    roles: ['user', 'operator'],
  })
  assert.equal(changed.statusCode, 200, changed.body)
  assert.deepEqual(changed.json().roles, ['user', 'operator'])
  const after = await call('GET', '/users')(person.headers)
  assert.equal(after.statusCode, 401, 'their session ended')
  assert.ok((await actions(admin.headers, `user:${person.user.id}`)).includes('user.set-roles'))
})

test('disable, enable, unlock, end sessions', async () => {
  const { headers } = await steppedUp(operations.server, 'operator')
  const { user } = await operations.server.signIn('user')
  const act = (name: string) => call('POST', `/users/${user.id}/${name}`)(headers)
  assert.equal((await act('disable')).json().status, 'disabled')
  assert.equal((await act('enable')).json().status, 'active')
  assert.equal((await act('unlock')).statusCode, 204)
  assert.equal((await act('revoke-sessions')).statusCode, 204)
  assert.equal((await act('reset-two-factor')).json().twoFactorEnabled, false)
  assert.deepEqual((await actions(headers, `user:${user.id}`)).slice(0, 5), [
    'user.reset-two-factor',
    'user.revoke-sessions',
    'user.unlock',
    'user.enable',
    'user.disable',
  ])
})

test('an operator does not touch an administrator; the last administrator stays', async () => {
  await using own = await operationsServer()
  const admin = await steppedUp(own.server, 'admin')
  const operator = await steppedUp(own.server, 'operator')
  const ask = async (headers: Record<string, string>, method: 'POST' | 'PATCH', rest: string) =>
    await own.server.inject({
      method,
      url: `/api/operations/users/${admin.user.id}${rest}`,
      headers,
      ...(method === 'PATCH' ? { payload: { roles: ['user'] } } : {}),
    })
  for (const [method, rest] of [
    ['PATCH', ''],
    ['POST', '/disable'],
    ['POST', '/unlock'],
    ['POST', '/revoke-sessions'],
  ] as const) {
    const refused = await ask(operator.headers, method, rest)
    assert.equal(refused.statusCode, 403, `${rest}: ${refused.body}`)
    assert.equal(refused.json().code, 'AUTH_ADMIN_ONLY')
  }
  for (const [method, rest] of [
    ['PATCH', ''],
    ['POST', '/disable'],
  ] as const) {
    const refused = await ask(admin.headers, method, rest)
    assert.equal(refused.statusCode, 409, refused.body)
    assert.equal(refused.json().code, 'AUTH_LAST_ADMIN')
  }
})

test('a permission is given to a role, used, and taken back to the default', async () => {
  const admin = await steppedUp(operations.server, 'admin')
  const path = '/roles/user/permissions/audit.view'
  const { headers } = await operations.server.signIn('user')
  assert.equal((await call('GET', '/audit')(headers)).statusCode, 403)
  assert.equal((await call('PUT', path)(admin.headers, { granted: true })).statusCode, 204)
  const later = await operations.server.signIn('user')
  assert.equal((await call('GET', '/audit')(later.headers)).statusCode, 200)
  const matrix = (await call('GET', '/roles')(admin.headers)).json()
  const row = matrix.items.find((item: { name: string }) => item.name === 'audit.view')
  assert.equal(row.effective.user, true)
  assert.equal(row.defaults.user, false)
  assert.equal((await call('PUT', path)(admin.headers, { granted: null })).statusCode, 204)
  const operator = await steppedUp(operations.server, 'operator')
  assert.equal((await call('PUT', path)(operator.headers, { granted: true })).statusCode, 403)
})
