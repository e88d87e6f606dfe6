import assert from 'node:assert/strict'
import { request } from 'node:http'
import { after, before, test } from 'node:test'
import { gunzipSync } from 'node:zlib'
import { openEventStream } from './event-stream.ts'
import { type HttpServer, httpServer } from './test/harness.ts'

const LARGE = { text: '港の朝は早い。'.repeat(1000) }
let server: HttpServer
before(async () => {
  server = await httpServer({
    allowedOrigins: ['https://partner.example'],
    routes(made) {
      const config = { permission: 'public', rate: 'none' } as const
      made.get('/large', { config }, async () => LARGE)
      made.get('/small', { config }, async () => ({ text: '港' }))
      made.get('/secret', { config: { ...config, sensitive: true } }, async () => LARGE)
      made.get('/events', { config }, (asked, reply) => {
        const stream = openEventStream(asked, reply)
        for (let n = 0; n < 100; n += 1) stream.send({ event: 'delta', data: LARGE })
        stream.end()
      })
      made.get('/picture', { config }, async (_asked, reply) =>
        reply.type('image/png').send(Buffer.alloc(10_000)),
      )
    },
  })
})
after(() => server[Symbol.asyncDispose]())

type Answer = { headers: Record<string, unknown>; body: Buffer }

/** fetch unpacks by itself; this shows what is on the wire. */
async function get(path: string, headers: Record<string, string> = {}): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>()
  request(server.url + path, { headers: { 'accept-encoding': 'gzip, br', ...headers } })
    .once('error', reject)
    .once('response', (answer) => {
      const chunks: Buffer[] = []
      answer.on('data', (chunk: Buffer) => chunks.push(chunk))
      answer.once('end', () => resolve({ headers: answer.headers, body: Buffer.concat(chunks) }))
    })
    .end()
  return await promise
}

test('a large answer is compressed and stays what it was', async () => {
  const { headers, body } = await get('/large')
  assert.equal(headers['content-encoding'], 'gzip')
  assert.match(String(headers['vary']), /accept-encoding/)
  assert.equal(headers['content-length'], String(body.length))
  assert.deepEqual(JSON.parse(gunzipSync(body).toString()), LARGE)
  assert.ok(body.length < 1000)
})

test('one that varies by origin says both', async () => {
  const { headers } = await get('/large', { origin: 'https://partner.example' })
  assert.match(String(headers['vary']), /Origin/)
  assert.match(String(headers['vary']), /accept-encoding/)
})

test('small answers, pictures, and clients that do not ask get it as it is', async () => {
  assert.equal((await get('/small')).headers['content-encoding'], undefined)
  assert.equal((await get('/picture')).headers['content-encoding'], undefined)
  for (const wish of ['identity', 'br', 'gzip;q=0', 'gzip; q=0.0, br']) {
    const { headers, body } = await get('/large', { 'accept-encoding': wish })
    assert.equal(headers['content-encoding'], undefined, wish)
    assert.deepEqual(JSON.parse(body.toString()), LARGE)
  }
})

test('an event stream is never compressed: each event must leave at once', async () => {
  const { headers, body } = await get('/events')
  assert.equal(headers['content-type'], 'text/event-stream; charset=utf-8')
  assert.equal(headers['content-encoding'], undefined)
  assert.equal(body.toString().match(/^event: delta$/gm)?.length, 100)
})

test('what holds a secret, or was asked for by another site in a person’s name, keeps its length', async () => {
  assert.equal((await get('/secret')).headers['content-encoding'], undefined)
  const cookie = 'minato_session=hanako'
  for (const site of ['cross-site', 'same-site']) {
    const { headers } = await get('/large', { cookie, 'sec-fetch-site': site })
    assert.equal(headers['content-encoding'], undefined, site)
  }
  const own = await get('/large', { cookie, 'sec-fetch-site': 'same-origin' })
  assert.equal(own.headers['content-encoding'], 'gzip')
})
