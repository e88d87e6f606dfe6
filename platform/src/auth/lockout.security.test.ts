import assert from 'node:assert/strict'
import { test } from 'node:test'
import { harness, PASSWORD } from './test/harness.ts'

const MINUTE = 60_000
const cli = { id: 'cli', admin: true }

test('an account locks after five failures, longer each time, and opens by waiting', async () => {
  await using h = await harness()
  await h.createPerson('momo@example.jp')
  const fail = () => h.signIn('momo@example.jp', 'wrong password')
  for (let tries = 0; tries < 5; tries += 1) await fail()
  assert.equal((await h.signIn('momo@example.jp')).status, 401, 'locked even for the right one')
  h.clock.advance(MINUTE + 1)
  await fail() // the sixth: locks for two minutes
  h.clock.advance(MINUTE + 1)
  assert.equal((await h.signIn('momo@example.jp')).status, 401)
  h.clock.advance(MINUTE + 1)
  assert.equal((await h.signIn('momo@example.jp')).status, 200)
  await fail()
  assert.equal((await h.signIn('momo@example.jp')).status, 200, 'a success forgets the failures')
})

test('a hundred guesses at once count as a hundred', async () => {
  await using h = await harness()
  await h.createPerson('momo@example.jp')
  const guesses = Array.from({ length: 12 }, (_, index) =>
    h.signIn('momo@example.jp', index === 11 ? PASSWORD : `guess number ${index}`, {
      ip: `198.51.100.${index}`,
    }),
  )
  await Promise.all(guesses)
  assert.equal((await h.signIn('momo@example.jp', PASSWORD)).status, 401)
})

test('two processes count together', async () => {
  await using h = await harness()
  const other = await h.start()
  await h.createPerson('momo@example.jp')
  for (let tries = 0; tries < 3; tries += 1) {
    await h.signIn('momo@example.jp', 'wrong password')
    await other.signIn('momo@example.jp', 'wrong password')
  }
  assert.equal((await other.signIn('momo@example.jp')).status, 401)
})

test('one address that tries many accounts is told to wait', async () => {
  await using h = await harness({ config: { addressAttempts: 6 } })
  await h.createPerson('momo@example.jp')
  const ip = '203.0.113.9'
  for (let tries = 0; tries < 6; tries += 1) {
    await h.signIn(`user${tries}@example.jp`, 'wrong password', { ip })
  }
  const refused = await h.signIn('momo@example.jp', PASSWORD, { ip })
  assert.equal(refused.status, 429)
  assert.equal(refused.body['code'], 'AUTH_TOO_MANY_ATTEMPTS')
  assert.equal(refused.headers['retry-after'], '60')
  const elsewhere = await h.signIn('momo@example.jp', PASSWORD, { ip: '203.0.113.10' })
  assert.equal(elsewhere.status, 200)
})

test('IPv6 addresses of one customer (/64) count as one', async () => {
  await using h = await harness({ config: { addressAttempts: 5 } })
  for (let tries = 0; tries < 5; tries += 1) {
    await h.signIn(`user${tries}@example.jp`, 'wrong', { ip: `2001:db8:1:2::${tries + 1}` })
  }
  assert.equal((await h.signIn('a@example.jp', 'x', { ip: '2001:db8:1:2:ffff::1' })).status, 429)
  assert.equal((await h.signIn('a@example.jp', 'x', { ip: '2001:db8:1:3::1' })).status, 401)
})

test('own successes do not reset the count of an address', async () => {
  await using h = await harness({ config: { addressAttempts: 5 } })
  await h.createPerson('mine@example.jp')
  for (let tries = 0; tries < 5; tries += 1) {
    await h.signIn(`victim${tries}@example.jp`, 'wrong password')
    if (tries < 4) assert.equal((await h.signIn('mine@example.jp')).status, 200)
  }
  assert.equal((await h.signIn('mine@example.jp')).status, 429)
})

test('an operator unlocks an account', async () => {
  await using h = await harness()
  const user = await h.createPerson('momo@example.jp')
  for (let tries = 0; tries < 6; tries += 1) await h.signIn('momo@example.jp', 'wrong password')
  await h.auth.users.unlock(user.id, cli)
  assert.equal((await h.signIn('momo@example.jp')).status, 200)
})
