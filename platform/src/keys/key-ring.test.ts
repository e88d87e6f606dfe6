import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import fc from 'fast-check'
import { createKeyRing, generateKeys, type KeyContext, parseKeys } from './index.ts'

const SECRET = 'an authentication secret of a test, long enough'
const PLACE: KeyContext = { table: 'minato.t', column: 'c', row: '7' }
const key = (id: string) => ({ id, key: randomBytes(32) })

test('what was encrypted is decrypted in its place, and nowhere else', () => {
  const ring = createKeyRing([key('k1')], SECRET)
  const text = fc.string({ maxLength: 20 })
  const place = fc.record({ table: text, column: text, row: text })
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), place, place, (plain, here, there) => {
      const token = ring.encrypt(plain, here)
      assert.deepEqual(ring.decrypt(token, here), Buffer.from(plain))
      const same = JSON.stringify(here) === JSON.stringify(there)
      if (!same) assert.throws(() => ring.decrypt(token, there), { code: 'KEY_MISMATCH' })
    }),
  )
})

test('neighbouring parts of a place do not run together', () => {
  const ring = createKeyRing([key('k1')], SECRET)
  const token = ring.encrypt('x', { table: 'a', column: 'bc', row: 'd' })
  for (const place of [
    { table: 'ab', column: 'c', row: 'd' },
    { table: 'a', column: 'b', row: 'cd' },
    { table: 'a","bc', column: '', row: 'd' },
  ]) {
    assert.throws(() => ring.decrypt(token, place), { code: 'KEY_MISMATCH' })
  }
})

test('a change of any character is noticed', () => {
  const ring = createKeyRing([key('k1')], SECRET)
  const token = ring.encrypt('a secret', PLACE)
  for (let at = 0; at < token.length; at++) {
    const other = token[at] === 'A' ? 'B' : 'A'
    const altered = token.slice(0, at) + other + token.slice(at + 1)
    // The last character may hold bits that belong to no byte.
    const bytes = (text: string) => Buffer.from(text.split('.')[2] ?? '', 'base64url')
    if (at > 5 && bytes(altered).equals(bytes(token))) continue
    assert.throws(() => ring.decrypt(altered, PLACE), { name: 'KeyError' }, `at ${at}`)
  }
})

test('the first key encrypts, all decrypt, and it is told what is to be renewed', () => {
  const [old, fresh] = [key('old'), key('new')]
  const before = createKeyRing([old], SECRET)
  const after = createKeyRing([fresh, old], SECRET)
  const token = before.encrypt('a secret', PLACE)
  assert.equal(after.decrypt(token, PLACE).toString(), 'a secret')
  assert.ok(after.needsRotation(token))
  const renewed = after.encrypt(after.decrypt(token, PLACE), PLACE)
  assert.ok(!after.needsRotation(renewed))
  assert.throws(() => before.decrypt(renewed, PLACE), {
    code: 'KEY_UNKNOWN',
    message: /"new" is not in ENCRYPTION_KEYS/,
  })
})

test('another key under the same id opens nothing', () => {
  const token = createKeyRing([key('k1')], SECRET).encrypt('a secret', PLACE)
  const other = createKeyRing([key('k1')], SECRET)
  assert.throws(() => other.decrypt(token, PLACE), { code: 'KEY_MISMATCH' })
})

test('what is no ciphertext says so, and does not come back in the message', () => {
  const ring = createKeyRing([key('k1')], SECRET)
  for (const text of [
    '',
    'plain-text-password',
    'v1.k1',
    'v2.k1.AAAA',
    'v1.k1.AAAA.x',
    'v1.k1.AAAA',
  ]) {
    assert.throws(
      () => ring.decrypt(text, PLACE),
      (error: Error & { code?: string }) =>
        error.code === 'KEY_MALFORMED' && (text === '' || !error.message.includes(text)),
    )
  }
  assert.throws(() => createKeyRing([], SECRET), { code: 'KEY_MALFORMED' })
})

test('no two ciphertexts of one value are alike, and none shows it', () => {
  const ring = createKeyRing([key('k1')], SECRET)
  const tokens = new Set(Array.from({ length: 200 }, () => ring.encrypt('same', PLACE)))
  assert.equal(tokens.size, 200)
})

test('derived keys depend on label and secret, and on nothing else', () => {
  const ring = createKeyRing([key('k1')], SECRET)
  const again = createKeyRing([key('k2')], SECRET)
  assert.equal(ring.derive('cookies').length, 32)
  assert.deepEqual(ring.derive('cookies'), again.derive('cookies'))
  assert.notDeepEqual(ring.derive('cookies'), ring.derive('links'))
  const other = createKeyRing([key('k1')], `${SECRET}!`)
  assert.notDeepEqual(ring.derive('cookies'), other.derive('cookies'))
})

test('generated keys are what the configuration takes, and new each time', () => {
  const made = generateKeys(new Date('2026-11-22T00:00:00Z'))
  const [parsed] = parseKeys(made.ENCRYPTION_KEYS)
  assert.equal(parsed?.id, 'k20261122')
  assert.equal(parsed?.key.length, 32)
  assert.ok(made.AUTH_SECRET.length >= 32)
  assert.notEqual(generateKeys(new Date()).AUTH_SECRET, made.AUTH_SECRET)
})
