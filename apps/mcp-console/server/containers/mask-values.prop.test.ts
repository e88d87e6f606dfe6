import assert from 'node:assert/strict'
import { Readable } from 'node:stream'
import { test } from 'node:test'
import fc from 'fast-check'
import { frame, frameReader } from './frames.ts'
import { maskedLines, maskedMessages } from './mask-streams.ts'
import { maskValues } from './mask-values.ts'

const value = fc
  .oneof(
    fc.string({ unit: 'binary', minLength: 6, maxLength: 20 }),
    fc.string({ unit: fc.constantFrom('\\', '"', 'n', '/', '\n', 'é', '港', '.'), minLength: 6 }),
  )
  .filter((text) => text.trim().length >= 6 && !/secret/.test(text))

/** JSON as another writer might have put it down. */
const writers: ((json: string) => string)[] = [
  (json) => json,
  (json) => json.replaceAll('/', '\\/'),
  (json) =>
    json.replace(/[^\x20-\x7e]/g, (unit) => {
      const code = unit.charCodeAt(0).toString(16).padStart(4, '0')
      return `\\u${unit > 'z' ? code.toUpperCase() : code}`
    }),
]

test('a value goes from JSON of any writer, however deep, and JSON stays JSON', () => {
  const depth = fc.integer({ min: 0, max: 2 })
  fc.assert(
    fc.property(
      value,
      depth,
      fc.constantFrom(...writers),
      fc.string(),
      (secret, deep, write, by) => {
        let text = `${by}${secret}${by}`
        for (let level = 0; level < deep; level += 1) text = JSON.stringify({ text })
        const line = write(JSON.stringify({ content: [{ text }], [secret]: 1 }))
        const masked = maskValues([secret])(line)
        const back = JSON.parse(masked)
        const found = JSON.stringify(back).includes(JSON.stringify(secret.trim()).slice(1, -1))
        assert.ok(!found, masked)
        assert.ok(!Object.keys(back).some((name) => name.includes(secret.trim())))
      },
    ),
  )
})

test('what holds no value passes as it came; numbers and encoded values do not', () => {
  const mask = maskValues(['key with ü/&?', '12345678', 'short'])
  const clean = '{"a":"\\u006bey","b":1234567,"c":"short","d":12345678901234567890}'
  assert.equal(maskValues(['hunter2!'])(clean), clean)
  assert.equal(mask('{"a":12345678}'), '{"a":"[secret]"}')
  assert.equal(mask('/?q=key+with+%C3%BC%2F%26%3F&r=1'), '/?q=[secret]&r=1')
  assert.equal(mask(`/${encodeURIComponent('key with ü/&?')}`), '/[secret]')
})

test('a run of backslashes costs no time', () => {
  const startedAt = performance.now()
  maskValues(['\\\\\\secret', '"quoted"'])('\\'.repeat(200_000))
  assert.ok(performance.now() - startedAt < 2000)
})

test('streams are masked wherever they are cut', async () => {
  const mask = maskValues(['hunter2!'])
  const messages = Buffer.concat([
    frame(Buffer.from('a banner that names hunter2!\n{"result":{"text":"hun')),
    frame(Buffer.from('ter2!"}}\n')),
  ])
  const pieces = [messages.subarray(0, 5), messages.subarray(5, 60), messages.subarray(60)]
  const framed = await Readable.from(maskedMessages(mask)(Readable.from(pieces))).toArray()
  const read = frameReader()(Buffer.concat(framed)).map(({ payload }) => payload.toString())
  assert.deepEqual(read, ['{"result":{"text":"[secret]"}}\n'])
  const events = ['id: 1\nevent: message\r\ndata: {"a":"hunt', 'er2!"}\n\n: hunter2!', '\n']
  const bytes = Readable.from(events.map((text) => Buffer.from(text)))
  const lines = await Readable.from(maskedLines(mask)(bytes)).toArray()
  assert.equal(lines.join(''), 'id: 1\nevent: message\ndata: {"a":"[secret]"}\n\n: [secret]\n')
})
