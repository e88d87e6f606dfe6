import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { after, before, describe, it } from 'node:test'
import { createOutbound } from '../outbound/index.ts'
import { traceSockets } from '../outbound/testing.ts'
import { type Bucket, bucket } from './test/bucket.ts'
import { storeSuite } from './test/store-suite.ts'

let s3: Bucket
before(async () => {
  s3 = await bucket()
})
after(() => s3[Symbol.asyncDispose]())

const text = { contentType: 'text/plain' }

describe('S3 store', () => {
  storeSuite(() => s3.store)
})

describe('S3 store, what only S3 has', () => {
  it('keeps to its prefix and sees nothing beside it', async () => {
    const beside = s3.other({ prefix: 'beside' })
    await s3.store.put('prefix/a', Buffer.from('mine'), text)
    assert.equal(await beside.stat('prefix/a'), undefined)
    assert.deepEqual((await beside.list('', null, 10)).items, [])
  })

  it('sends large files by streaming, and leaves no spool file', async () => {
    const content = randomBytes(10 * 1024 * 1024)
    const chunks = Array.from({ length: 160 }, (_, i) =>
      content.subarray(i * 65_536, (i + 1) * 65_536),
    )
    await s3.store.put('large', Readable.from(chunks), text)
    const read = await s3.store.get('large')
    assert.deepEqual(await buffer(read.stream), content)
    assert.deepEqual(await s3.spooled(), [])
  })

  it('makes links that expire and name the download', async () => {
    await s3.store.put('link', Buffer.from('by link'), text)
    const url =
      (await s3.store.presign?.('link', { expiresInMs: 60_000, downloadName: '見積書.pdf' })) ?? ''
    assert.match(url, /X-Amz-Expires=60/)
    const response = await fetch(url)
    assert.equal(response.status, 200)
    assert.equal(await response.text(), 'by link')
    assert.match(
      response.headers.get('content-disposition') ?? '',
      /attachment.*filename\*=UTF-8''%E8%A6%8B/,
    )
    assert.equal((await fetch(url.replace('link', 'link2'))).status, 403)
  })

  it('opens no connection past outbound', async () => {
    using trace = traceSockets()
    await using outbound = createOutbound()
    const fresh = s3.other({ prefix: 'traced', outbound })
    await fresh.put('a', Buffer.from('a'), text)
    await buffer((await fresh.get('a')).stream)
    assert.ok(trace.connections().some((connection) => connection.own))
    assert.deepEqual(trace.strays(), [])
  })

  it('repeats what failed for a moment, and names what stays wrong', async () => {
    await s3.store.put('faults', Buffer.from('before'), text)
    await s3.scenario({ scenario: 'error-500', count: 1 })
    await s3.store.put('faults', Buffer.from('after'), text)
    const cases: [string, string][] = [
      ['full', 'FILES_STORAGE_FULL'],
      ['quota', 'FILES_STORAGE_FULL'],
      ['access-denied', 'FILES_UNAVAILABLE'],
    ]
    for (const [scenario, code] of cases) {
      await s3.scenario({ scenario })
      await assert.rejects(s3.store.put('faults', Buffer.from('never'), text), { code }, scenario)
    }
    await s3.scenario({ scenario: 'corrupt' })
    await assert.rejects(buffer((await s3.store.get('faults')).stream), { code: 'FILES_CORRUPT' })
    await s3.scenario({ scenario: 'normal' })
    assert.equal((await buffer((await s3.store.get('faults')).stream)).toString(), 'after')
    assert.deepEqual(await s3.spooled(), [])
  })

  it('says what is wrong when the store refuses the key pair', async () => {
    const stranger = s3.other({ secretAccessKey: 'wrong' })
    await assert.rejects(stranger.put('x', Buffer.from('x'), text), (error: Error) => {
      assert.match(error.message, /SignatureDoesNotMatch/)
      return 'code' in error && error.code === 'FILES_UNAVAILABLE'
    })
    await assert.rejects(stranger.probe(), { code: 'FILES_UNAVAILABLE' })
  })
})
