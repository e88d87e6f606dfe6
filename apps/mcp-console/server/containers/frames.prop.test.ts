import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { frameReader, lineReader } from './frames.ts'

function frame(channel: number, payload: Buffer): Buffer {
  const header = Buffer.alloc(8)
  header[0] = channel
  header.writeUInt32BE(payload.length, 4)
  return Buffer.concat([header, payload])
}

/** The same bytes in pieces cut anywhere. */
function cut(whole: Buffer, places: number[]): Buffer[] {
  const cuts = [...new Set(places.map((place) => place % (whole.length + 1)))].sort((a, b) => a - b)
  return [0, ...cuts].map((from, index) => whole.subarray(from, cuts[index] ?? whole.length))
}

const places = fc.array(fc.nat(5000), { maxLength: 20 })

test('frames come out whole and in order, wherever the stream is cut', () => {
  const frames = fc.array(fc.tuple(fc.constantFrom(1, 2), fc.uint8Array({ maxLength: 300 })))
  fc.assert(
    fc.property(frames, places, (wanted, cuts) => {
      const whole = Buffer.concat(wanted.map(([to, bytes]) => frame(to, Buffer.from(bytes))))
      const read = frameReader()
      const got = cut(whole, cuts).flatMap((piece) => read(piece))
      assert.deepEqual(
        got.map(({ channel, payload }) => [channel === 'stdout' ? 1 : 2, [...payload]]),
        wanted.map(([to, bytes]) => [to, [...bytes]]),
      )
    }),
  )
})

test('lines come out whole, wherever the stream is cut, also inside a character', () => {
  const line = fc.string({ unit: 'grapheme', maxLength: 40 }).filter((text) => !/[\r\n]/.test(text))
  fc.assert(
    fc.property(
      fc.array(line),
      line,
      fc.constantFrom('\n', '\r\n'),
      places,
      (all, last, end, cuts) => {
        const whole = Buffer.from(all.map((text) => text + end).join('') + last)
        const reader = lineReader(1 << 20)
        const got = cut(whole, cuts).flatMap((piece) => reader.push(piece))
        assert.deepEqual(got.map(String), all)
        assert.equal(String(reader.rest() ?? ''), last)
      },
    ),
  )
})

test('a line without an end is given in parts and never held whole', () => {
  const reader = lineReader(1000)
  const parts = Array.from({ length: 100 }, () => reader.push(Buffer.alloc(100, 'x'))).flat()
  assert.equal(parts.length, 10)
  assert.ok(parts.every((part) => part.length === 1000))
  assert.equal(reader.rest(), undefined)
})
