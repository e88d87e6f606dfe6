import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseInvalidation } from './invalidations.ts'
import { createPrincipalCache, type Entry } from './principal-cache.ts'

function entry(userId: string, more: { sessionId?: string; keyId?: string } = {}): Entry {
  return {
    freshUntil: 1000,
    principal: {
      ...{ userId, email: '', name: '', roles: ['user'], permissions: new Set(), ...more },
      ...{ locale: 'ja', timeZone: 'Asia/Tokyo', via: 'session' },
    },
  }
}

test('answers while fresh, and not a millisecond longer', () => {
  const cache = createPrincipalCache()
  cache.keep('a', entry('1'), cache.generation())
  assert.equal(cache.get('a', 999)?.userId, '1')
  assert.equal(cache.get('a', 1000), undefined)
})

test('what was read before a revocation is not kept after it', () => {
  const cache = createPrincipalCache()
  const readAt = cache.generation()
  cache.drop({ kind: 'session', id: 'unrelated' })
  cache.keep('a', entry('1'), readAt)
  assert.equal(cache.get('a', 0), undefined)
})

test('drops by user, session and key, and leaves the others', () => {
  const cache = createPrincipalCache()
  const fill = () => {
    cache.keep('a', entry('1', { sessionId: 's1' }), cache.generation())
    cache.keep('b', entry('1', { keyId: 'k1' }), cache.generation())
    cache.keep('c', entry('2', { sessionId: 's2' }), cache.generation())
  }
  const left = () => ['a', 'b', 'c'].filter((name) => cache.get(name, 0)).join('')
  fill()
  cache.drop({ kind: 'session', id: 's1' })
  assert.equal(left(), 'bc')
  fill()
  cache.drop({ kind: 'key', id: 'k1' })
  assert.equal(left(), 'ac')
  fill()
  cache.drop({ kind: 'user', id: '1' })
  assert.equal(left(), 'c')
  fill()
  cache.drop({ kind: 'permissions' })
  assert.equal(left(), '')
})

test('it is bounded: the one refreshed longest ago goes first', () => {
  const cache = createPrincipalCache(2)
  for (const name of ['a', 'b', 'a', 'c']) cache.keep(name, entry(name), cache.generation())
  assert.equal(cache.size(), 2)
  assert.equal(cache.get('b', 0), undefined)
  assert.ok(cache.get('a', 0) && cache.get('c', 0))
})

test('a message that is not understood drops everything', () => {
  assert.deepEqual(parseInvalidation('{"kind":"user","id":"1"}'), { kind: 'user', id: '1' })
  for (const text of [
    '',
    'x',
    'null',
    '{}',
    '{"kind":"user"}',
    '{"kind":"constructor","id":"1"}',
  ]) {
    assert.deepEqual(parseInvalidation(text), { kind: 'everything' }, text)
  }
})
