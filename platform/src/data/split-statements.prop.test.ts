import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { splitStatements, sqlTokens } from './split-statements.ts'

test('statements end at semicolons outside of quotes and comments', () => {
  const cases: [string, string[]][] = [
    ['select 1; select 2;', ['select 1', ' select 2']],
    ["select ';', 'it''s; '; select 2", ["select ';', 'it''s; '", ' select 2']],
    [String.raw`select e'a\';b'; select 2`, [String.raw`select e'a\';b'`, ' select 2']],
    [String.raw`select 'a\'; select 2`, [String.raw`select 'a\'`, ' select 2']],
    ['select ";" from "a"";b"; x', ['select ";" from "a"";b"', ' x']],
    ['do $$ begin a; b; end $$; x', ['do $$ begin a; b; end $$', ' x']],
    ['do $a1$ $$ ; $$ $a1$; x', ['do $a1$ $$ ; $$ $a1$', ' x']],
    ['do $タグ$ ; $タグ$; x', ['do $タグ$ ; $タグ$', ' x']],
    ['select a$b$c; select d$b$e', ['select a$b$c', ' select d$b$e']],
    ['select $1; select $2', ['select $1', ' select $2']],
    ['select 1 -- ; not here\n; x', ['select 1 -- ; not here\n', ' x']],
    ['select 1 /* ; /* ; */ ; */; x', ['select 1 /* ; /* ; */ ; */', ' x']],
    ['-- nothing\n;;  ; /* ; */', []],
    ['', []],
    ['do $$ never closed; x', ['do $$ never closed; x']],
  ]
  for (const [text, expected] of cases) {
    assert.deepEqual(splitStatements(text), expected, text)
  }
})

/** Pieces that hold semicolons PostgreSQL does not see, and ones that stand for code. */
const word = fc.constantFrom('select', 'a', '1', ' ', '\n', 'é', '港', '(', ')', '$1', 'x$y')
const inner = fc.string({ unit: fc.constantFrom('a', ';', ' ', '-', '*', '\n', '港') })
const quiet = fc.oneof(
  inner.map((text) => `'${text}'`),
  inner.map((text) => `"${text}"`),
  inner.map((text) => ` $q$${text.replaceAll('$', '')}$q$`),
  inner.map((text) => `--${text.replaceAll('\n', '')}\n`),
  inner.map((text) => `/*${text.replaceAll('*', '')}*/`),
)
const statement = fc
  .array(fc.oneof(word, quiet), { minLength: 1, maxLength: 8 })
  .map((pieces) => `a ${pieces.join(' ')}`)

test('joined by semicolons and split again, statements are what they were', () => {
  fc.assert(
    fc.property(fc.array(statement, { maxLength: 6 }), (statements) => {
      assert.deepEqual(splitStatements(statements.join(';')), statements)
    }),
  )
})

test('no character is lost, whatever the text', () => {
  const any = fc.string({
    unit: fc.constantFrom("'", '"', '$', ';', '-', '/', '*', 'e', 'a', '\\', '\n'),
  })
  fc.assert(
    fc.property(any, (text) => {
      const tokens = sqlTokens(text)
      assert.equal(tokens.map((token) => token.text).join(''), text)
    }),
    { numRuns: 500 },
  )
})
