import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import fc from 'fast-check'
import { isApiKey, newApiKey, visiblePrefix } from './api-key-format.ts'

test('every key made is well-formed; every slip of one character is found', () => {
  const slip = fc.tuple(fc.nat(49), fc.constantFrom(...'0aZ9mB'))
  fc.assert(
    fc.property(slip, ([place, letter]) => {
      const key = newApiKey(randomBytes)
      assert.ok(isApiKey(key))
      const wrong = key.slice(0, place) + letter + key.slice(place + 1)
      assert.equal(isApiKey(wrong), wrong === key)
    }),
  )
})

test('nothing else passes', () => {
  fc.assert(fc.property(fc.string(), (text) => !isApiKey(text)))
  assert.ok(!isApiKey(`${newApiKey(randomBytes)}\n`))
})

test('letters are equally likely', () => {
  const counts = new Map<string, number>()
  const rounds = 2000
  for (let round = 0; round < rounds; round += 1) {
    for (const letter of newApiKey(randomBytes).slice(4, 44)) {
      counts.set(letter, (counts.get(letter) ?? 0) + 1)
    }
  }
  const expected = (rounds * 40) / 62
  assert.equal(counts.size, 62)
  // Six standard deviations; a plain modulo would put the first eight letters at 125 %.
  const margin = 6 * Math.sqrt(expected)
  for (const count of counts.values()) assert.ok(Math.abs(count - expected) < margin, `${count}`)
})

test('the visible part tells keys apart and gives nothing away', () => {
  assert.equal(visiblePrefix(newApiKey(randomBytes)).length, 10)
})
