import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import fc from 'fast-check'
import { partKey, SealBroken, seal, unseal } from './seal.ts'

const FRAME = 256 * 1024
const key = partKey(randomBytes(32), 'id', 'database')

async function* inPieces(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

async function collect(source: AsyncIterable<Buffer>): Promise<Buffer> {
  const pieces: Buffer[] = []
  for await (const piece of source) pieces.push(piece)
  return Buffer.concat(pieces)
}

const sealed = (plain: Buffer) => collect(seal(key, inPieces(plain, 70_001)))

test('any bytes come back, however they were cut on the way', async () => {
  const lengths = fc.oneof(fc.nat(300), fc.nat(3 * FRAME), fc.constantFrom(0, FRAME, 2 * FRAME))
  await fc.assert(
    fc.asyncProperty(lengths, fc.integer({ min: 1, max: FRAME }), async (length, cut) => {
      const plain = randomBytes(length)
      const back = await collect(unseal(key, inPieces(await sealed(plain), Math.max(cut, 500))))
      assert.ok(back.equals(plain))
    }),
    { numRuns: 30 },
  )
})

test('a changed bit, a cut end, exchanged or repeated frames and a foreign key are refused', async () => {
  const plain = randomBytes(2 * FRAME + 1000)
  const whole = await sealed(plain)
  const refused = async (bytes: Buffer, with_ = key) =>
    await assert.rejects(collect(unseal(with_, inPieces(bytes, 65_536))), SealBroken)
  const flipped = async (at: number, bit: number) => {
    const changed = Buffer.from(whole)
    changed.writeUInt8(changed.readUInt8(at) ^ (1 << bit), at)
    await refused(changed)
  }
  const anyBit = fc.asyncProperty(fc.nat(whole.length - 1), fc.nat(7), flipped)
  await fc.assert(anyBit, { numRuns: 40 })
  const frame = FRAME + 5 + 16
  for (const head of [0, frame, 2 * frame]) {
    for (let bit = 0; bit < 40; bit += 1) await flipped(head + Math.floor(bit / 8), bit % 8)
  }
  await refused(whole.subarray(0, 2 * frame))
  await refused(whole.subarray(0, whole.length - 1))
  await refused(Buffer.concat([whole, Buffer.from([0])]))
  const [first, second] = [whole.subarray(0, frame), whole.subarray(frame, 2 * frame)]
  await refused(Buffer.concat([second, first, whole.subarray(2 * frame)]))
  await refused(Buffer.concat([first, first, whole.subarray(2 * frame)]))
  await refused(whole, partKey(randomBytes(32), 'id', 'database'))
  await refused(Buffer.alloc(0))
})
