import assert from 'node:assert/strict'
import { once } from 'node:events'
import { request } from 'node:http'
import { connect } from 'node:net'
import { after, before, test } from 'node:test'
import { codeOf, type HttpServer, httpServer, openRoutes } from './test/harness.ts'

let server: HttpServer
before(async () => {
  server = await httpServer({ requestTimeoutMs: 400, routes: openRoutes })
})
after(() => server[Symbol.asyncDispose]())

const headers = { 'content-type': 'application/json' }

test('a body over the limit gets 413, and its sender can read it', async () => {
  const body = JSON.stringify({ text: 'x'.repeat(8 * 1024 * 1024) })
  const answer = await fetch(`${server.url}/open`, { method: 'POST', headers, body })
  assert.equal(answer.status, 413)
  assert.equal(await codeOf(answer), 'BODY_TOO_LARGE')
})

test('a body of unknown length is cut off at the limit', async () => {
  const { promise, resolve, reject } = Promise.withResolvers<number>()
  const asked = request(`${server.url}/open`, { method: 'POST', headers })
  asked.once('response', (answer) => {
    answer.resume()
    resolve(answer.statusCode ?? 0)
  })
  asked.once('error', reject)
  for (let piece = 0; piece < 64; piece += 1) asked.write('x'.repeat(1024))
  asked.end()
  assert.equal(await promise, 413)
})

test('a body within the limit passes; one that lies about its length does not', async () => {
  const body = JSON.stringify({ text: 'x'.repeat(900) })
  assert.equal((await fetch(`${server.url}/open`, { method: 'POST', headers, body })).status, 200)
  assert.match(
    await raw('POST /open HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}'),
    /^HTTP\/1\.1 400 /,
  )
})

test('syntax errors, wrong types and headers without end are told apart', async () => {
  const broken = await fetch(`${server.url}/open`, { method: 'POST', headers, body: '{' })
  assert.equal(await codeOf(broken), 'BAD_REQUEST')
  const xml = { 'content-type': 'text/xml' }
  const strange = await fetch(`${server.url}/open`, { method: 'POST', headers: xml, body: '<a/>' })
  assert.equal(strange.status, 415)
  assert.equal(await codeOf(strange), 'MEDIA_TYPE_UNSUPPORTED')
  const large = await raw(`GET /open HTTP/1.1\r\nHost: a\r\nX-A: ${'a'.repeat(20_000)}\r\n\r\n`)
  assert.match(large, /^HTTP\/1\.1 431 /)
  assert.match(large, /HTTP_HEADERS_TOO_LARGE/)
  const nonsense = await raw('HELLO\r\n\r\n')
  assert.match(nonsense, /^HTTP\/1\.1 400 /)
  assert.match(nonsense, /application\/problem\+json/)
})

test('who sends headers or body too slowly is cut off with 408', async () => {
  const slowHeaders = await raw('GET /open HTTP/1.1\r\nHost: a\r\nX-Slow: ')
  assert.match(slowHeaders, /^HTTP\/1\.1 408 /)
  const slowBody = await raw(
    'POST /open HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 90\r\n\r\n{',
  )
  assert.match(slowBody, /^HTTP\/1\.1 408 /)
  assert.match(slowBody, /HTTP_REQUEST_TIMEOUT/)
})

/** Everything the server says to these bytes until it hangs up. */
async function raw(bytes: string): Promise<string> {
  const { hostname, port } = new URL(server.url)
  const socket = connect(Number(port), hostname)
  let heard = ''
  socket.setEncoding('utf8').on('data', (chunk: string) => {
    heard += chunk
  })
  socket.write(bytes)
  await once(socket, 'close')
  return heard
}
