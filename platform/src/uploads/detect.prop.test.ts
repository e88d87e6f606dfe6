import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { contentOf } from './content.ts'
import { DOCX, detect } from './detect.ts'
import { pdfOf } from './test/pdf.ts'
import { docxOf } from './test/zip.ts'

const typeOf = async (bytes: Uint8Array, name = 'a.txt') =>
  (await detect(contentOf(Buffer.from(bytes)), name)).contentType
const TEXT = new Set(['text/plain', 'text/markdown', 'text/csv', 'application/json'])

test('what people write is text, in whatever words it begins', async () => {
  const words = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 60 })
  const start = fc.constantFrom('BM', 'MZ', 'ID3', 'II*', 'GIF', '#!', 'From: ', '港', 'ﾐﾅﾄ')
  await fc.assert(
    fc.asyncProperty(start, words, async (first, rest) => {
      fc.pre(!/[\p{Cc}]/u.test(rest))
      assert.ok(TEXT.has(await typeOf(Buffer.from(first + rest))))
    }),
    { numRuns: 200 },
  )
})

test('bytes with a control character are never text', async () => {
  const bytes = fc.uint8Array({ minLength: 1, maxLength: 200 })
  const control = fc.constantFrom(0, 1, 7, 8, 0x0b, 0x1b, 0x7f)
  await fc.assert(
    fc.asyncProperty(bytes, control, bytes, async (before, byte, after) => {
      // UTF-16 text holds zero bytes by nature: it is recognised by its mark alone.
      fc.pre(
        !(before[0] === 0xff && before[1] === 0xfe) && !(before[0] === 0xfe && before[1] === 0xff),
      )
      const content = Buffer.concat([before, Uint8Array.of(byte), after])
      assert.equal(TEXT.has(await typeOf(content)), false)
    }),
    { numRuns: 300 },
  )
})

test('a damaged document is judged, never a crash', async () => {
  const whole = fc.constantFrom(docxOf('港'), pdfOf(), pdfOf({ password: 'x' }))
  await fc.assert(
    fc.asyncProperty(whole, fc.nat(), fc.nat(), fc.nat(255), async (document, cut, at, byte) => {
      const bytes = Buffer.from(document.subarray(0, cut % (document.length + 1)))
      if (bytes.length > 0) bytes[at % bytes.length] = byte
      assert.equal(typeof (await typeOf(bytes)), 'string')
    }),
    { numRuns: 300 },
  )
  assert.equal(await typeOf(docxOf('港')), DOCX)
})

test('the extension chooses among kinds of text only', async () => {
  const text = Buffer.from('a,b\n1,2\n')
  assert.equal(await typeOf(text, 'a.csv'), 'text/csv')
  assert.equal(await typeOf(text, 'a.MD'), 'text/markdown')
  assert.equal(await typeOf(text, 'a.json'), 'application/json')
  assert.equal(await typeOf(text, 'a.pdf'), 'text/plain')
  assert.equal(await typeOf(text, 'a.html'), 'text/plain')
  assert.equal(await typeOf(pdfOf(), 'a.csv'), 'application/pdf')
})
