import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { lineDiff } from './line-diff.ts'

test('both texts can be read back from the diff, and equal lines are kept', () => {
  const text = fc.array(fc.constantFrom('a', 'b', 'c', ''), { minLength: 1, maxLength: 12 })
  fc.assert(
    fc.property(text, text, (a, b) => {
      const lines = lineDiff(a.join('\n'), b.join('\n')).split('\n')
      const side = (mark: string) =>
        lines.filter((line) => line[0] === ' ' || line[0] === mark).map((line) => line.slice(2))
      assert.deepEqual(side('-'), a)
      assert.deepEqual(side('+'), b)
    }),
  )
  assert.equal(lineDiff('a\nb', 'a\nb'), '  a\n  b')
})
