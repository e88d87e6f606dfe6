import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { addressKey, ipMatcher, isCidr, parseAppRange } from './ip-list.ts'

const v4 = fc.tuple(...Array.from({ length: 4 }, () => fc.integer({ min: 0, max: 255 })))
const groups = fc.array(fc.integer({ min: 0, max: 0xffff }), { minLength: 8, maxLength: 8 })
const long = (parts: number[]) => parts.map((part) => part.toString(16)).join(':')

test('a range holds an IPv4 address exactly when its first bits agree', () => {
  fc.assert(
    fc.property(v4, v4, fc.integer({ min: 0, max: 32 }), (base, address, bits) => {
      const number = (parts: number[]) => parts.reduce((sum, part) => sum * 256 + part, 0)
      const size = 2 ** (32 - bits)
      const same = Math.floor(number(base) / size) === Math.floor(number(address) / size)
      const matches = ipMatcher([`${base.join('.')}/${bits}`])
      assert.equal(matches(address.join('.')), same)
      assert.equal(matches(`::ffff:${address.join('.')}`), same)
    }),
  )
})

test('an IPv6 caller is counted by its /64, however the address is written', () => {
  fc.assert(
    fc.property(groups, groups, (address, other) => {
      const network = address.slice(0, 4)
      const key = addressKey(long(address))
      assert.equal(addressKey(long([...network, ...other.slice(4)])), key)
      assert.equal(addressKey(long(address).toUpperCase()), key)
      const padded = address.map((part) => part.toString(16).padStart(4, '0')).join(':')
      assert.equal(addressKey(padded), key)
      // The canonical short form, as the URL parser of the platform writes it.
      const short = new URL(`http://[${long(address)}]`).hostname.slice(1, -1)
      if (!short.startsWith('::ffff:')) assert.equal(addressKey(short), key)
      assert.equal(addressKey(`${long(address)}%eth0`), key)
    }),
  )
})

test('other networks have other keys', () => {
  fc.assert(
    fc.property(groups, groups, (a, b) => {
      fc.pre(long(a.slice(0, 4)) !== long(b.slice(0, 4)))
      assert.notEqual(addressKey(long(a)), addressKey(long(b)))
    }),
  )
})

test('only addresses and ranges are taken', () => {
  for (const good of ['192.0.2.1', '192.0.2.0/24', '::1', '2001:db8::/32', '0.0.0.0/0', '::/0'])
    assert.ok(isCidr(good), good)
  for (const bad of [
    '',
    '192.0.2',
    '192.0.2.1/33',
    '::/129',
    '1.2.3.4/',
    '1.2.3.4/a',
    'host',
    '1.2.3.4/8/8',
  ])
    assert.ok(!isCidr(bad), bad)
  assert.deepEqual(parseAppRange('operations=::1'), { app: 'operations', range: '::1' })
  for (const bad of ['operations', '=10.0.0.0/8', 'operations=host', 'a=10.0.0.0/8=b'])
    assert.equal(parseAppRange(bad), undefined, bad)
})
