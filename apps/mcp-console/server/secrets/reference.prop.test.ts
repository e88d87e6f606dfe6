import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  assertReferences,
  formatReference,
  isMalformedReference,
  parseReference,
  referencesIn,
  replaceReferences,
} from './reference.ts'

const SPEC = /^\{\{\s*bw:\s*([^\s:{}]+)\s*:\s*([^\s{}:](?:[^{}:]*[^\s{}:])?)\s*\}\}$/
const blanks = fc.stringMatching(/^[ \t]{0,3}$/)
const itemName = fc.stringMatching(/^[^\s:{}]{1,20}$/)
const fieldName = fc.stringMatching(/^[^\s{}:]([^{}:\n]{0,20}[^\s{}:])?$/)
const reference = fc.record({ item: itemName, field: fieldName })
const OPEN = '{{ bw:'

test('every spelling of a reference gives its item and field back', () => {
  fc.assert(
    fc.property(reference, blanks, blanks, blanks, ({ item, field }, a, b, c) => {
      const text = `{{${a}bw:${b}${item}${c}:${a}${field}${b}}}`
      assert.deepEqual(parseReference(text), { item, field })
      assert.deepEqual(parseReference(formatReference({ item, field })), { item, field })
    }),
  )
})

test('a text is a reference exactly when the grammar of the specification says so', () => {
  const pieces = fc.constantFrom(
    '{{',
    '}}',
    'bw:',
    ' ',
    'item',
    ':',
    'field',
    'a b',
    '{',
    '\n',
    'BW:',
  )
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 9 }), (parts) => {
      const text = parts.join('')
      const match = SPEC.exec(text)
      const wanted = match === null ? undefined : { item: match[1], field: match[2] }
      assert.deepEqual(parseReference(text), wanted)
      if (text.includes(OPEN) && match === null) assert.ok(isMalformedReference(text), text)
    }),
    { numRuns: 2000 },
  )
})

test('what contains the beginning of a reference is a reference or an error, wherever it stands', () => {
  const around = fc.string({ maxLength: 10 })
  fc.assert(
    fc.property(around, around, reference, (before, after, one) => {
      const text = `${before}${formatReference(one)}${after}`
      const value = { list: [{ text }] }
      if (SPEC.test(text)) assertReferences(value)
      else assert.throws(() => assertReferences(value), { code: 'MCP_CONSOLE_REFERENCE_INVALID' })
      assert.throws(() => assertReferences({ [`x${OPEN}`]: 1 }), { status: 422 })
    }),
  )
})

test('replacing keeps the shape, changes references only, and leaves the original alone', () => {
  const leaf = fc.oneof(
    reference.map(formatReference),
    fc.string({ maxLength: 8 }).filter((text) => !/\{\{\s*bw/i.test(text)),
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
  )
  const { tree } = fc.letrec((tie) => ({
    tree: fc.oneof(
      { maxDepth: 4 },
      leaf,
      fc.array(tie('tree')),
      fc.dictionary(fc.string(), tie('tree')),
    ),
  }))
  fc.assert(
    fc.property(tree, (value) => {
      const before = JSON.stringify(value)
      assertReferences(value)
      const seen: string[] = []
      const filled = replaceReferences(value, ({ item, field }) => {
        seen.push(`${item}:${field}`)
        return 'FILLED'
      })
      assert.equal(JSON.stringify(value), before)
      assert.deepEqual(
        seen,
        referencesIn(value).map(({ item, field }) => `${item}:${field}`),
      )
      assert.equal(referencesIn(filled).length, 0)
      const again = replaceReferences(value, formatReference)
      assert.deepEqual(referencesIn(again), referencesIn(value))
    }),
  )
})

test('a hostile text is read in no time', () => {
  const start = performance.now()
  for (const text of [
    `{{ bw:${'a'.repeat(500_000)}`,
    `{{ bw:a:${' a'.repeat(250_000)}`,
    `{{ bw:${' '.repeat(500_000)}a`,
    `{{ bw:a${' '.repeat(500_000)}b`,
    `{{ bw:a:b${' '.repeat(500_000)}c}`,
    '{{ bw:'.repeat(100_000),
    `{{${' '.repeat(500_000)}`,
  ]) {
    parseReference(text)
    isMalformedReference(text)
  }
  assert.ok(performance.now() - start < 500)
})

test('names a place that a person finds, and does not go deeper than the stack', () => {
  const found = referencesIn({ env: { A: 'plain', B: '{{ bw:x:y }}' }, command: ['{{bw:x:a b}}'] })
  assert.deepEqual(found, [
    { item: 'x', field: 'y', path: 'env.B' },
    { item: 'x', field: 'a b', path: 'command[0]' },
  ])
  let deep: unknown = '{{ bw:x:y }}'
  for (let i = 0; i < 100_000; i++) deep = [deep]
  assert.throws(() => assertReferences(deep), { code: 'MCP_CONSOLE_REFERENCE_TOO_DEEP' })
})
