import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { collector, cutText, finishOutput, maskSecrets } from './output.ts'

const anyText = fc.string({ unit: 'grapheme', maxLength: 200 })

test('a cut text is within the limit, whole in its characters, and as long as it can be', () => {
  fc.assert(
    fc.property(anyText, fc.nat(300), (text, max) => {
      const { text: kept, cut } = cutText(text, max)
      assert.ok(Buffer.byteLength(kept) <= max)
      assert.ok(text.startsWith(kept))
      assert.equal(cut, kept !== text)
      assert.ok(kept.isWellFormed())
      const next = [...text.slice(kept.length)][0]
      if (next !== undefined) assert.ok(Buffer.byteLength(kept + next) > max)
    }),
  )
})

test('a collector keeps the first bytes and says whether there were more', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 40 })), fc.nat(200), (pieces, max) => {
      const kept = collector(max)
      for (const piece of pieces) kept.push(Buffer.from(piece))
      const all = Buffer.concat(pieces)
      assert.deepEqual(kept.bytes(), all.subarray(0, max))
      assert.equal(kept.overflowed(), all.length > max)
    }),
  )
})

const secret = fc.stringMatching(/^[a-zA-Z0-9"\\+/=-]{8,40}$/)

// Of letters no secret has: what is left of a secret cannot hide among them.
const otherText = fc.string({ unit: fc.constantFrom('港', '海', '🚢', '\n'), maxLength: 60 })

test('no secret survives, nor half of one, wherever the output is cut', () => {
  fc.assert(
    fc.property(secret, otherText, otherText, fc.nat(300), (value, before, after, max) => {
      const tail = value.length * 4
      const kept = collector(max + tail)
      kept.push(Buffer.from(before + value + after))
      const given = {
        output: kept.bytes().toString('utf8'),
        errorOutput: '',
        overflowed: kept.overflowed(),
      }
      const { output } = finishOutput(given, [value], { maxBytes: max, unseenTail: tail })
      assert.match(output, /^[港海🚢\n\uFFFD]*(\[?s?e?c?r?e?t?\]?[港海🚢\n\uFFFD]*)?$/u)
      assert.ok(Buffer.byteLength(output) <= max)
    }),
  )
})

test('masks a secret in the spellings of JSON, URLs and base64', () => {
  const value = 'pa"ss\\wo rd/+'
  for (const spelling of [
    value,
    JSON.stringify({ value }),
    encodeURIComponent(value),
    Buffer.from(value).toString('base64'),
  ]) {
    const masked = maskSecrets(`x ${spelling} y`, [value])
    assert.match(masked, /\[secret\]/)
    assert.doesNotMatch(masked, /wo.?.?.?rd/)
  }
})

test('the output comes first, the errors get what is left of the limit', () => {
  const given = { output: 'a'.repeat(30), errorOutput: 'b'.repeat(30), overflowed: false }
  const cut = finishOutput(given, [], { maxBytes: 40, unseenTail: 0 })
  assert.deepEqual([cut.output.length, cut.errorOutput.length, cut.truncated], [30, 10, true])
})
