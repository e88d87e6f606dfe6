import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { createEventReader } from './event-source.ts'
import { allowsName, joinName, joinUri, splitName, splitUri } from './naming.ts'
import { capResult, cutText } from './output-cap.ts'
import { hashOf } from './pins.ts'

const prefix = fc.stringMatching(/^[a-z][a-z0-9-]{0,31}$/)

test('a prefixed name or URI is taken apart into what it was made of', () => {
  fc.assert(
    fc.property(prefix, fc.string({ minLength: 1 }), (before, name) => {
      assert.deepEqual(splitName(joinName(before, name)), { prefix: before, rest: name })
      assert.deepEqual(splitUri(joinUri(before, `x:${name}`)), {
        prefix: before,
        rest: `x:${name}`,
      })
    }),
  )
})

test('an event stream reads the same however it is cut into pieces', () => {
  const events = fc.array(fc.record({ data: fc.string({ unit: 'grapheme' }), id: fc.uuid() }), {
    maxLength: 5,
  })
  const cuts = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 20 })
  fc.assert(
    fc.property(events, cuts, fc.constantFrom('\n', '\r\n'), (sent, sizes, end) => {
      const clean = sent.map(({ data, id }) => ({ data: data.replaceAll(/[\r\n]/g, ''), id }))
      const text = clean.map(({ data, id }) => `id: ${id}${end}data: ${data}${end}${end}`).join('')
      const bytes = Buffer.from(`: hello${end}${end}${text}`)
      const read: unknown[] = []
      const reader = createEventReader({ onEvent: (event) => read.push(event), maxChars: 10_000 })
      for (let at = 0, turn = 0; at < bytes.length; turn += 1) {
        const size = sizes[turn % sizes.length] ?? 1
        reader.push(bytes.subarray(at, at + size))
        at += size
      }
      assert.deepEqual(read, clean)
    }),
  )
})

test('an event without an end does not fill the memory', () => {
  const reader = createEventReader({ onEvent: () => undefined, maxChars: 100 })
  assert.throws(() => {
    for (let count = 0; count < 100; count += 1) reader.push(Buffer.from('data: xxxxxxxx\n'))
  })
})

test('text is cut between characters, to as much as fits', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.nat(60), (text, maxBytes) => {
      const cut = cutText(text.toWellFormed(), maxBytes)
      assert.ok(Buffer.byteLength(cut) <= maxBytes)
      assert.ok(text.toWellFormed().startsWith(cut))
      assert.ok(!cut.includes('\uFFFD') || text.includes('\uFFFD'))
    }),
  )
})

test('a capped result keeps what fits and says that something is missing', () => {
  const content = [
    { type: 'text', text: 'a'.repeat(500) },
    { type: 'image', data: 'x'.repeat(5000), mimeType: 'image/png' },
    { type: 'text', text: 'never' },
  ]
  const capped = capResult({ content, structuredContent: { a: 1 } }, 2000)
  assert.deepEqual(capped['content'], [content[0]])
  assert.deepEqual(capped['_meta'], { 'minato/truncated': true })
  assert.equal(capped['isError'], true)
  assert.equal('structuredContent' in capped, false)
})

test('the hash of a tool does not depend on the order of keys, and on everything else', () => {
  const tool = {
    name: 't',
    description: 'd',
    inputSchema: { type: 'object', properties: { a: {} } },
  }
  const turned = {
    inputSchema: { properties: { a: {} }, type: 'object' },
    description: 'd',
    name: 't',
  }
  assert.equal(hashOf(tool), hashOf(turned))
  assert.notEqual(hashOf(tool), hashOf({ ...tool, description: 'D' }))
  assert.notEqual(hashOf(tool), hashOf({ ...tool, annotations: { readOnlyHint: true } }))
  assert.equal(hashOf(tool), hashOf({ ...tool, _meta: { seen: 1 } }))
})

test('allow-lists take names and beginnings of names', () => {
  assert.ok(allowsName(null, 'x') && allowsName(['a', 'g*'], 'gh') && allowsName(['*'], 'any'))
  assert.ok(!allowsName([], 'x') && !allowsName(['a', 'g*'], 'b') && !allowsName(['a'], 'ab'))
})
