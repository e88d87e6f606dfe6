import assert from 'node:assert/strict'
import { request } from 'node:http'
import { after, before, test } from 'node:test'
import { csrfToken } from './csrf.ts'
import {
  CSRF_KEY,
  type HttpServer,
  httpServer,
  notesRoutes,
  OWN_ORIGIN,
  openRoutes,
} from './test/harness.ts'

let server: HttpServer
before(async () => {
  server = await httpServer({
    allowedOrigins: ['https://partner.example'],
    ownOrigins: () => [OWN_ORIGIN, 'https://partner.example'],
    routes: (made) => {
      openRoutes(made)
      notesRoutes(made)
      const config = { permission: 'public', rate: 'none' } as const
      made.post('/uncounted', { config, bodyLimit: 1024 }, async () => ({}))
    },
  })
})
after(() => server[Symbol.asyncDispose]())

type Answer = { status: number; code: string | undefined }

/** fetch adds Sec-Fetch-Mode and refuses to set Origin: a plain client shows what each header does. */
async function post(path: string, headers: Record<string, string>): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>()
  const body = { 'content-type': 'application/json', 'content-length': '2' }
  const asked = request(server.url + path, { method: 'POST', headers: { ...body, ...headers } })
  asked.once('error', reject).once('response', (answer) => {
    let text = ''
    answer.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk
    })
    answer.once('end', () => {
      resolve({ status: answer.statusCode ?? 0, code: JSON.parse(text).code })
    })
  })
  asked.end('{}')
  return await promise
}

const cookie = 'minato_session=hanako'
const hostCookie = '__Host-minato_session=hanako'
const CROSS = { status: 403, code: 'HTTP_CROSS_SITE' }
const DONE = { status: 200, code: undefined }

test('a browser on a page of this system may write', async () => {
  assert.deepEqual(await post('/notes', { cookie, origin: OWN_ORIGIN }), DONE)
  assert.deepEqual(await post('/notes', { cookie, 'sec-fetch-site': 'same-origin' }), DONE)
  assert.deepEqual(await post('/notes', { cookie, origin: 'https://partner.example' }), DONE)
})

test('a page elsewhere may not, whatever it says', async () => {
  const foreign = [
    { origin: 'https://evil.example' },
    { origin: 'null' },
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
    { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' },
    { origin: `${OWN_ORIGIN}.evil.example`, 'sec-fetch-site': 'cross-site' },
    { origin: OWN_ORIGIN.replace('https', 'http'), 'sec-fetch-site': 'cross-site' },
    { origin: `${OWN_ORIGIN}:444` },
    { 'sec-fetch-site': 'cross-site', referer: `${OWN_ORIGIN}/` },
  ]
  for (const headers of foreign) {
    for (const session of [cookie, hostCookie]) {
      assert.deepEqual(await post('/notes', { cookie: session, ...headers }), CROSS)
    }
    // Also where nobody is signed in: a sign-in form elsewhere must not sign a person in.
    assert.deepEqual(await post('/open', headers), CROSS)
    // Nor does it matter whether the route is counted.
    assert.deepEqual(await post('/uncounted', { cookie, ...headers }), CROSS)
  }
})

test('a client that says nothing of its origin proves itself with the token of its session', async () => {
  const missing = { status: 403, code: 'HTTP_CSRF_TOKEN_MISSING' }
  assert.deepEqual(await post('/notes', { cookie }), missing)
  const token = csrfToken(CSRF_KEY, 'hanako')
  assert.deepEqual(await post('/notes', { cookie, 'x-csrf-token': token }), DONE)
  for (const wrong of ['', 'x', csrfToken(CSRF_KEY, 'taro'), csrfToken(Buffer.alloc(32), 'hanako')])
    assert.deepEqual(await post('/notes', { cookie, 'x-csrf-token': wrong }), missing)
  // The token is no pass for a page elsewhere.
  const cross = { cookie, 'x-csrf-token': token, 'sec-fetch-site': 'cross-site' }
  assert.deepEqual(await post('/notes', cross), CROSS)
})

test('a bearer key without a cookie needs no proof; with a cookie it does', async () => {
  const authorization = 'Bearer batch'
  assert.deepEqual(await post('/notes', { authorization }), DONE)
  assert.deepEqual(
    await post('/notes', { authorization, origin: 'https://elsewhere.example' }),
    DONE,
  )
  assert.deepEqual(
    await post('/notes', { authorization, cookie, origin: 'https://evil.example' }),
    CROSS,
  )
})

test('a program without cookie and origin may use open routes', async () => {
  assert.deepEqual(await post('/open', {}), DONE)
  assert.deepEqual(await post('/open', { cookie: 'other=1' }), DONE)
})
