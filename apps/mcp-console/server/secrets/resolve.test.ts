import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inspect } from 'node:util'
import { sanitize } from '@minato/platform/log'
import { Resolved } from './resolved.ts'
import { fieldOf, type VaultItem } from './vault-item.ts'

test('a resolved value prints as nothing, is revealed once, and is masked while it is held', () => {
  const secret = 'resolved-value-93k2'
  {
    using resolved = new Resolved({ env: { A: secret } }, [secret])
    assert.equal(`${resolved}`, '[secret]')
    assert.equal(JSON.stringify({ resolved }), '{"resolved":"[secret]"}')
    assert.ok(!inspect(resolved, { depth: 9, showHidden: true }).includes(secret))
    assert.equal(sanitize(`docker said: bad value ${secret}!`), 'docker said: bad value [secret]!')
    assert.deepEqual(resolved.reveal(), { env: { A: secret } })
    assert.throws(() => resolved.reveal(), /once/)
  }
  assert.equal(sanitize(secret), secret)
})

test('fields come from where the page says', () => {
  const item: VaultItem = {
    id: '1',
    name: 'x',
    username: 'ann',
    notes: 'a note',
    password: '',
    custom: new Map([
      ['password', 'a custom field of that name'],
      ['API key', 'k'],
    ]),
  }
  assert.equal(fieldOf(item, 'username'), 'ann')
  assert.equal(fieldOf(item, 'notes'), 'a note')
  assert.equal(fieldOf(item, 'API key'), 'k')
  assert.equal(fieldOf(item, 'api key'), undefined)
  assert.equal(fieldOf(item, 'totp'), undefined)
  assert.equal(fieldOf(item, 'password'), undefined, 'empty, and the custom field is not meant')
})
