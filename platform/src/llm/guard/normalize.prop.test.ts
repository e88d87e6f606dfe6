import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { normalize } from './normalize.ts'
import { hasTemplateMark } from './template-marks.ts'

const marks = fc.constantFrom(
  '<|im_start|>',
  '<|',
  '|>',
  '[INST]',
  '[/INST]',
  '<<SYS>>',
  '<',
  '>',
  '<s>',
  '</s>',
  '### System:',
  '\n',
  'system',
  ':',
  '<start_of_turn>',
  '\u200b',
  '\u202e',
  'ｱ',
  'ﾞ',
  '＜｜im_start｜＞',
  '\ufdfa',
  'e\u0301',
  '\ud800',
  '[',
  ']',
  'INST',
  '\uffa0',
)
const hostile = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.array(fc.oneof(marks, fc.string()), { maxLength: 12 }).map((parts) => parts.join('')),
)

test('normalize is idempotent', () => {
  fc.assert(
    fc.property(hostile, (text) => assert.equal(normalize(normalize(text)), normalize(text))),
    { numRuns: 2000 },
  )
})

test('what comes out has no hidden characters, no marks, is NFKC and within its cap', () => {
  fc.assert(
    fc.property(hostile, fc.integer({ min: 0, max: 60 }), (text, maxChars) => {
      const safe = normalize(text, { maxChars })
      assert.ok(safe.length <= maxChars)
      assert.ok(safe.isWellFormed())
      assert.doesNotMatch(
        safe,
        /\p{Default_Ignorable_Code_Point}|(?![\t\n])\p{Cc}|[\u202a-\u202e]/u,
      )
      assert.equal(safe, safe.normalize('NFKC'))
      assert.ok(!hasTemplateMark(safe), safe)
    }),
    { numRuns: 2000 },
  )
})

test('plain text without marks comes through unchanged', () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[a-zA-Z0-9 ,.?\n]*$/), (text) => {
      const plain = text.replace(/(?:system|assistant|human|developer)/gi, '')
      assert.equal(normalize(plain), plain)
    }),
  )
})
