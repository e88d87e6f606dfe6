import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { uploadServer } from './test/server.ts'

const rules = { maxFiles: 1, maxBytes: 1000, accept: [] }

async function serve(options: {
  name?: string
  contentType?: string
  disposition?: 'inline' | 'attachment'
}) {
  const { name = '見積書 "1";\r\n.pdf', disposition } = options
  const server = await uploadServer({
    rules,
    send: { key: 'uploads/a', name, ...(disposition === undefined ? {} : { disposition }) },
  })
  const contentType = options.contentType ?? 'application/pdf'
  await server.files.put('uploads/a', Buffer.from('0123456789'), { contentType })
  return {
    server,
    get: (headers: Record<string, string> = {}) => server.app.inject({ url: '/', headers }),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  }
}

describe('sending a file', () => {
  it('is a download that cannot run, under its Japanese name', async () => {
    await using s = await serve({})
    const answer = await s.get()
    assert.equal(answer.statusCode, 200)
    assert.equal(answer.body, '0123456789')
    assert.equal(answer.headers['content-length'], '10')
    assert.equal(answer.headers['content-type'], 'application/pdf')
    assert.equal(answer.headers['x-content-type-options'], 'nosniff')
    assert.match(String(answer.headers['content-security-policy']), /^sandbox; default-src 'none'/)
    const disposition = String(answer.headers['content-disposition'])
    assert.match(
      disposition,
      /^attachment; filename="[\x20-\x7e]*"; filename\*=UTF-8''[A-Za-z0-9%._-]+$/,
    )
    assert.match(disposition, /%E8%A6%8B%E7%A9%8D%E6%9B%B8/)
  })

  it('shows inline only what cannot run', async () => {
    for (const [contentType, expected] of [
      ['image/png', 'inline'],
      ['text/plain', 'inline'],
      ['text/html', 'attachment'],
      ['image/svg+xml', 'attachment'],
      ['application/octet-stream', 'attachment'],
    ] as const) {
      await using s = await serve({ contentType, disposition: 'inline' })
      const disposition = String((await s.get()).headers['content-disposition'])
      assert.equal(disposition.split(';')[0], expected, contentType)
    }
  })

  it('answers 304 to whoever has it', async () => {
    await using s = await serve({})
    const etag = String((await s.get()).headers.etag)
    assert.match(etag, /^"[0-9a-f]{64}"$/)
    for (const value of [etag, `W/${etag}`, `"x", ${etag}`, '*']) {
      const answer = await s.get({ 'if-none-match': value })
      assert.deepEqual([answer.statusCode, answer.body], [304, ''])
    }
    assert.equal((await s.get({ 'if-none-match': '"other"' })).statusCode, 200)
  })

  const ranges: [string, number, string, string | undefined][] = [
    ['bytes=0-3', 206, '0123', 'bytes 0-3/10'],
    ['bytes=4-', 206, '456789', 'bytes 4-9/10'],
    ['bytes=-3', 206, '789', 'bytes 7-9/10'],
    ['bytes=-99', 206, '0123456789', 'bytes 0-9/10'],
    ['bytes=5-99', 206, '56789', 'bytes 5-9/10'],
    ['bytes=10-', 416, '', 'bytes */10'],
    ['bytes=-0', 416, '', 'bytes */10'],
    ['bytes=5-2', 200, '0123456789', undefined],
    ['bytes=0-1,4-5', 200, '0123456789', undefined],
    ['lines=0-1', 200, '0123456789', undefined],
    ['bytes=-', 200, '0123456789', undefined],
  ]
  for (const [range, status, body, contentRange] of ranges) {
    it(`answers ${status} to "${range}"`, async () => {
      await using s = await serve({})
      const answer = await s.get({ range })
      assert.equal(answer.statusCode, status)
      if (status !== 416) assert.equal(answer.body, body)
      assert.equal(answer.headers['content-range'], contentRange)
    })
  }

  it('gives a range only of the version the client has', async () => {
    await using s = await serve({})
    const etag = String((await s.get()).headers.etag)
    assert.equal((await s.get({ range: 'bytes=0-0', 'if-range': etag })).statusCode, 206)
    assert.equal((await s.get({ range: 'bytes=0-0', 'if-range': '"old"' })).statusCode, 200)
  })

  it('answers 404 when it is gone', async () => {
    await using s = await serve({})
    await s.server.files.delete('uploads/a')
    const answer = await s.get()
    assert.deepEqual([answer.statusCode, answer.json().code], [404, 'FILES_NOT_FOUND'])
  })
})
