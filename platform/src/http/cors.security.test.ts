import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type HttpServer, httpServer, notesRoutes, openRoutes } from './test/harness.ts'

const PARTNER = 'https://partner.example'
let server: HttpServer
before(async () => {
  server = await httpServer({
    allowedOrigins: [PARTNER, 'https://second.example'],
    ownOrigins: () => [PARTNER],
    rates: {
      read: { limit: 1, windowMs: 3_600_000 },
      action: { limit: 100, windowMs: 60_000 },
      generation: { limit: 1, windowMs: 60_000 },
      upload: { limit: 1, windowMs: 60_000 },
      anonymous: { limit: 100, windowMs: 60_000 },
      'sign-in': { limit: 1, windowMs: 60_000 },
    },
    routes: (made) => {
      openRoutes(made)
      notesRoutes(made)
    },
  })
})
after(() => server[Symbol.asyncDispose]())

const inject = async (method: 'GET' | 'OPTIONS' | 'POST', url: string, headers: object) =>
  await server.server.inject({ method, url, headers: headers as Record<string, string> })

test('a listed origin may ask first, for every method the API has', async () => {
  for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE']) {
    const answer = await inject('OPTIONS', '/notes', {
      origin: PARTNER,
      'access-control-request-method': method,
      'access-control-request-headers': 'authorization,content-type',
    })
    assert.equal(answer.statusCode, 204, method)
    assert.equal(answer.headers['access-control-allow-origin'], PARTNER)
    assert.equal(answer.headers['access-control-allow-credentials'], 'true')
    assert.match(String(answer.headers['access-control-allow-methods']), new RegExp(method))
    assert.match(String(answer.headers['access-control-allow-headers']), /authorization/)
    assert.match(String(answer.headers.vary), /Origin/)
  }
})

test('others are told nothing, and never *', async () => {
  for (const origin of [
    'https://evil.example',
    `${PARTNER}.evil.example`,
    'null',
    'http://partner.example',
  ]) {
    const asked = await inject('OPTIONS', '/notes', {
      origin,
      'access-control-request-method': 'POST',
    })
    assert.equal(asked.headers['access-control-allow-origin'], undefined, origin)
    const read = await inject('GET', '/notes', { origin, authorization: 'Bearer evil' })
    assert.equal(read.headers['access-control-allow-origin'], undefined, origin)
  }
})

test('a page at a listed origin can read why it was refused', async () => {
  const stranger = await inject('GET', '/notes', { origin: PARTNER })
  assert.equal(stranger.statusCode, 401)
  assert.equal(stranger.headers['access-control-allow-origin'], PARTNER)
  await inject('GET', '/notes', { origin: PARTNER, authorization: 'Bearer busy' })
  const limited = await inject('GET', '/notes', { origin: PARTNER, authorization: 'Bearer busy' })
  assert.equal(limited.statusCode, 429)
  assert.equal(limited.headers['access-control-allow-origin'], PARTNER)
  assert.match(String(limited.headers['access-control-expose-headers']), /retry-after/)
})

test('without a list there is no CORS at all', async () => {
  await using closed = await httpServer({ routes: openRoutes })
  const answer = await fetch(`${closed.url}/open`, { headers: { origin: PARTNER } })
  assert.equal(answer.status, 200)
  assert.equal(answer.headers.get('access-control-allow-origin'), null)
})
