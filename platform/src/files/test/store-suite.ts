import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { it } from 'node:test'
import type { FileStore } from '../store.ts'

const text = { contentType: 'text/plain' }
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')

/** What every back end must do, run by each back end's own test. */
export function storeSuite(store: () => FileStore): void {
  it('stores a stream and gives back content, hash, size, type and metadata', async () => {
    const chunks = [Buffer.from('港'), Buffer.from(' harbour'), Buffer.alloc(300_000, 7)]
    const content = Buffer.concat(chunks)
    const put = await store().put('suite/港 1.bin', Readable.from(chunks), {
      contentType: 'application/x-test',
      metadata: { name: '見積書 (1).pdf' },
    })
    assert.equal(put.sha256, sha256(content))
    assert.equal(put.size, content.length)
    const read = await store().get('suite/港 1.bin')
    assert.deepEqual(await buffer(read.stream), content)
    assert.equal(read.contentType, 'application/x-test')
    assert.deepEqual(read.metadata, { name: '見積書 (1).pdf' })
    const found = await store().stat('suite/港 1.bin')
    assert.equal(found?.sha256, sha256(content))
    assert.equal(found?.size, content.length)
    assert.deepEqual(found?.metadata, { name: '見積書 (1).pdf' })
  })

  it('reads ranges, to the byte', async () => {
    await store().put('suite/range', Buffer.from('0123456789'), text)
    const cases: [{ start: number; end?: number }, string][] = [
      [{ start: 0, end: 0 }, '0'],
      [{ start: 2, end: 4 }, '234'],
      [{ start: 7 }, '789'],
      [{ start: 8, end: 99 }, '89'],
    ]
    for (const [range, expected] of cases) {
      const read = await store().get('suite/range', range)
      assert.equal((await buffer(read.stream)).toString(), expected)
      assert.equal(read.size, 10)
    }
    await assert.rejects(store().get('suite/range', { start: 10 }), {
      code: 'FILES_RANGE_INVALID',
      status: 416,
    })
  })

  it('keeps empty files', async () => {
    await store().put('suite/empty', Buffer.alloc(0), text)
    const read = await store().get('suite/empty')
    assert.equal((await buffer(read.stream)).length, 0)
    assert.equal(read.sha256, sha256(Buffer.alloc(0)))
  })

  it('refuses what is too large and keeps the former content', async () => {
    await store().put('suite/cap', Buffer.from('small'), text)
    const large = Readable.from([Buffer.alloc(600), Buffer.alloc(600)])
    await assert.rejects(store().put('suite/cap', large, { ...text, maxBytes: 1000 }), {
      code: 'FILES_TOO_LARGE',
      status: 413,
    })
    const read = await store().get('suite/cap')
    assert.equal((await buffer(read.stream)).toString(), 'small')
  })

  it('lists by prefix, in order, in pages', async () => {
    const keys = ['list/a/1', 'list/a/2', 'list/a/3', 'list/ab/1', 'listing/1']
    for (const key of keys) await store().put(key, Buffer.from(key), text)
    const all = await store().list('list/a/', null, 10)
    assert.deepEqual(
      all.items.map((item) => item.key),
      ['list/a/1', 'list/a/2', 'list/a/3'],
    )
    assert.equal(all.nextCursor, null)
    const seen: string[] = []
    let cursor: string | null = null
    for (let page = 0; page < 5; page += 1) {
      const part = await store().list('list/', cursor, 3)
      seen.push(...part.items.map((item) => item.key))
      cursor = part.nextCursor
      if (cursor === null) break
    }
    assert.deepEqual(seen, keys.slice(0, 4))
    assert.equal(all.items[0]?.size, 'list/a/1'.length)
  })

  it('copies with type and metadata, deletes, and says what is gone', async () => {
    await store().put('suite/from', Buffer.from('copy me'), { ...text, metadata: { a: 'b' } })
    const copied = await store().copy('suite/from', 'suite/to')
    assert.equal(copied.sha256, sha256(Buffer.from('copy me')))
    const to = await store().stat('suite/to')
    assert.equal(to?.sha256, copied.sha256)
    assert.deepEqual(to?.metadata, { a: 'b' })
    await store().delete('suite/from')
    await store().delete('suite/from')
    assert.equal(await store().stat('suite/from'), undefined)
    await assert.rejects(store().get('suite/from'), { code: 'FILES_NOT_FOUND', status: 404 })
    await assert.rejects(store().copy('suite/from', 'suite/x'), { code: 'FILES_NOT_FOUND' })
    assert.equal((await buffer((await store().get('suite/to')).stream)).toString(), 'copy me')
  })

  it('lets twenty writers of one key end with one whole content', async () => {
    const contents = Array.from({ length: 20 }, (_, i) => Buffer.alloc(50_000, i))
    await Promise.all(contents.map((content) => store().put('suite/race', content, text)))
    const read = await store().get('suite/race')
    const bytes = await buffer(read.stream)
    assert.ok(contents.some((content) => content.equals(bytes)))
  })

  it('can be probed', async () => {
    await store().probe()
  })
}
