import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hashPassword, verifyPassword } from './password-hash.ts'
import { passwordProblem } from './password-rules.ts'

const momo = { email: 'momo.tanaka@example.jp', name: '田中 桃子' }

test('leaked, decorated and Japanese favourites are refused', async () => {
  for (const password of [
    'password123',
    'P@ssw0rd2024!',
    'Password!!!',
    'passwordpassword',
    'qwertyuiop',
    '1q2w3e4r5t',
    'letmein2025',
    'iloveyou1234',
    'sakurasakura',
    'Arigatou2024',
    'ganbatte!!!!',
    'konnichiwa',
    'administrator',
    '!!welcome!!1',
    'ＰａｓｓｗｏｒＤ１２３',
  ]) {
    assert.equal(await passwordProblem(password, momo), 'common', password)
  }
})

test('short, personal, repeated and sequential ones are refused', async () => {
  assert.equal(await passwordProblem('kX9#pw', momo), 'too_short')
  assert.equal(await passwordProblem('x'.repeat(300), momo), 'too_long')
  assert.equal(await passwordProblem('xx-Tanaka-7731', momo), 'personal')
  assert.equal(await passwordProblem('momo.tanaka@example.jp', momo), 'personal')
  assert.equal(await passwordProblem('aaaaaaaaaaaa', momo), 'repeated')
  assert.equal(await passwordProblem('tokuda1tokuda1tokuda1', momo), 'repeated')
  assert.equal(await passwordProblem('ababababab', momo), 'repeated')
  assert.equal(await passwordProblem('x-34567890', { name: '' }), 'sequence')
  assert.equal(await passwordProblem('abcdefghij9', {}), 'sequence')
})

test('ordinary good ones pass, in any script', async () => {
  for (const password of [
    'correct horse battery staple',
    'kX9#pw-Lm2!t',
    'tortoise-lantern-42',
    '今日は港で船を見たよ夕焼け',
    'demo-Ab3dE_f9-Q1z',
  ]) {
    assert.equal(await passwordProblem(password, momo), undefined, password)
  }
})

test('hashes are salted, and the same characters typed otherwise fit', async () => {
  const cost = { ln: 10, r: 8, p: 1 }
  const [one, two] = [
    await hashPassword('ｶﾅ-password-9', cost),
    await hashPassword('ｶﾅ-password-9', cost),
  ]
  assert.notEqual(one, two)
  assert.deepEqual(await verifyPassword('カナ-password-9', one, cost), {
    valid: true,
    outdated: false,
  })
  assert.deepEqual(await verifyPassword('ｶﾅ-password-9', one), { valid: true, outdated: true })
  assert.equal((await verifyPassword('カナ-password-8', one)).valid, false)
  assert.equal((await verifyPassword('anything', undefined)).valid, false)
  await assert.rejects(verifyPassword('x', 'plain text'), /unknown form/)
})
