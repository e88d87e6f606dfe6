import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { base64Pieces } from './binary.ts'
import { chatBody } from './request-body.ts'
import type { Message } from './types.ts'

const target = { model: 'm', stream: false, maxOutputTokens: 10, quirks: new Set<never>() }

async function sent(messages: Message[]): Promise<{ text: string; announced: number }> {
  const body = chatBody({ messages }, target)
  if (body.kind === 'text') return { text: body.text, announced: Buffer.byteLength(body.text) }
  const pieces: Uint8Array[] = []
  for await (const piece of body.open()) pieces.push(piece)
  return { text: Buffer.concat(pieces).toString(), announced: body.length }
}

test('no text that a person types changes where attached bytes go', async () => {
  const hostile = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom(';base64,', '"}}', '\u0000', 'data:image/png;base64,0;', '0;1;'),
  )
  await fc.assert(
    fc.asyncProperty(
      hostile,
      fc.uint8Array({ maxLength: 200 }),
      fc.uint8Array({ maxLength: 200 }),
      async (text, one, two) => {
        const { text: json, announced } = await sent([
          { role: 'system', content: text },
          {
            role: 'user',
            content: [
              { type: 'text', text },
              { type: 'image', contentType: 'image/png', data: one },
              { type: 'file', name: text, contentType: 'application/pdf', data: two },
              { type: 'text', text },
            ],
          },
        ])
        assert.equal(Buffer.byteLength(json), announced)
        const [system, user] = JSON.parse(json).messages
        assert.equal(system.content, text.toWellFormed())
        assert.equal(user.content[0].text, text.toWellFormed())
        const image = user.content[1].image_url.url.replace('data:image/png;base64,', '')
        assert.deepEqual(Buffer.from(image, 'base64'), Buffer.from(one))
        const { filename, file_data } = user.content[2].file
        assert.equal(filename, text.toWellFormed())
        const file = file_data.replace('data:application/pdf;base64,', '')
        assert.deepEqual(Buffer.from(file, 'base64'), Buffer.from(two))
      },
    ),
    { numRuns: 200 },
  )
})

test('base64 in pieces is the base64 of the whole, however a file is cut', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.uint8Array({ maxLength: 50 })), async (chunks) => {
      const whole = Buffer.concat(chunks)
      const open = async function* () {
        yield* chunks
      }
      let text = ''
      for await (const piece of base64Pieces({ size: whole.length, open })) text += piece
      assert.equal(text, whole.toString('base64'))
    }),
    { numRuns: 200 },
  )
})

test('a file that changed its size since it was announced is not sent as if it had not', async () => {
  const open = async function* () {
    yield Buffer.from('abcdef')
  }
  const read = async (size: number) => {
    for await (const _ of base64Pieces({ size, open }));
  }
  await assert.rejects(read(5), /larger than the 5 bytes/)
  await assert.rejects(read(7), /ended after 6 of 7/)
})
