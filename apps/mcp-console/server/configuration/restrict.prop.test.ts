import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { allowsName } from '../gateway/naming.ts'
import { bothAllow } from './restrict.ts'

const letters = fc.string({ unit: fc.constantFrom('a', 'b', '_'), maxLength: 4 })
const entry = fc
  .tuple(letters, fc.boolean())
  .map(([name, star]) => (star ? `${name}*` : name))
  .filter((text) => text !== '')
const list = fc.option(fc.array(entry, { maxLength: 4 }), { nil: null })

test('a name is allowed by the result exactly when both lists allow it', () => {
  fc.assert(
    fc.property(list, list, letters, (one, other, name) => {
      const both = allowsName(one, name) && allowsName(other, name)
      assert.equal(allowsName(bothAllow(one, other), name), both)
    }),
    { numRuns: 2000 },
  )
})
