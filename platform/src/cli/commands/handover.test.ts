import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startSystem } from '../../../../test/system.ts'

test('minato handover tells the next operator what is there, and no secret', async () => {
  await using system = await startSystem()
  const made = await system.cli(
    ['user', 'create', '--email', 'next@example.jp', '--role', 'admin', '--password-stdin'],
    'kaze-to-minato-no-uta-7',
  )
  assert.equal(made.code, 0, made.stderr)
  const key = await system.cli(['key', 'create', '--user', 'next@example.jp', '--expires', '30d'])
  const page = await system.cli(['handover', '--language', 'en'])
  assert.equal(page.code, 0, page.stderr)
  for (const expected of [
    system.url,
    'administrator: next@example.jp (NO two-factor)',
    'no backup yet',
    'API key "',
    'docs/guide/runbooks.md',
    'Work by the clock',
  ]) {
    assert.ok(page.stdout.includes(expected), `${expected}\n${page.stdout}`)
  }
  assert.ok(!page.stdout.includes(key.stdout.trim()))
  const japanese = await system.cli(['handover', '--language', 'ja'])
  assert.match(japanese.stdout, /# 引き継ぎ/)
  const facts = JSON.parse((await system.cli(['handover', '--json'])).stdout)
  assert.deepEqual(facts.people.administrators, [{ email: 'next@example.jp', twoFactor: false }])
  assert.equal((await system.cli(['handover', '--language', 'fr'])).code, 2)
})
