import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import {
  codeOf,
  type HttpServer,
  httpServer,
  notesRoutes,
  openRoutes,
  type RouteServer,
} from './test/harness.ts'

let server: HttpServer
before(async () => {
  server = await httpServer({
    routes(made: RouteServer) {
      openRoutes(made)
      notesRoutes(made)
      const config = { permission: 'notes.use', rate: 'read' } as const
      made.get('/browser', { config: { ...config, session: true } }, async () => ({}))
      made.get('/dangerous', { config: { ...config, stepUp: true } }, async () => ({}))
      made.get('/other', { config: { ...config, permission: 'notes.purge' } }, async () => ({}))
      made.get('/unstorable', { config }, async () => {
        throw Object.assign(new Error('invalid byte sequence: 0x00'), { code: '22021' })
      })
      made.get('/broken', { config }, async () => {
        throw new TypeError('db password is hunter2')
      })
    },
  })
})
after(() => server[Symbol.asyncDispose]())

const ask = (path: string, headers: Record<string, string> = {}) =>
  fetch(server.url + path, { headers })
const key = { authorization: 'Bearer hanako' }
const session = { cookie: 'minato_session=hanako' }

test('each refusal says which rule it was', async () => {
  const codes = async (path: string, headers: Record<string, string>) => {
    const answer = await ask(path, headers)
    return [answer.status, await codeOf(answer)]
  }
  assert.deepEqual(await codes('/notes', {}), [401, 'TEST_UNKNOWN'])
  assert.deepEqual(await codes('/notes', { authorization: 'Bearer wrong' }), [401, 'TEST_UNKNOWN'])
  assert.deepEqual(await codes('/other', key), [403, 'FORBIDDEN'])
  assert.deepEqual(await codes('/browser', key), [403, 'TEST_SESSION'])
  assert.deepEqual(await codes('/dangerous', session), [403, 'TEST_STEP_UP'])
  assert.deepEqual(await codes('/nowhere', session), [404, 'NOT_FOUND'])
  assert.equal((await ask('/browser', session)).status, 200)
  assert.equal((await ask('/notes', key)).status, 200)
})

test('a refusal names the request, is in the person’s language and is never stored', async () => {
  const answer = await ask('/other', { authorization: 'Bearer hanako-ja', 'accept-language': 'en' })
  assert.equal(answer.headers.get('content-type'), 'application/problem+json; charset=utf-8')
  assert.equal(answer.headers.get('cache-control'), 'no-store')
  const problem = (await answer.json()) as { title: string; requestId: string; detail: string }
  assert.equal(problem.title, '権限がありません')
  assert.match(problem.detail, /notes\.purge/)
  assert.equal(answer.headers.get('x-request-id'), problem.requestId)
})

test('what only one person may read is kept by no cache', async () => {
  const own = await ask('/notes', key)
  assert.equal(own.status, 200)
  assert.equal(own.headers.get('cache-control'), 'no-store')
})

test('an address that cannot be read is answered as any other that does not exist', async () => {
  for (const path of ['/%', '/notes/%zz', `/notes/${'a'.repeat(500)}`]) {
    const answer = await ask(path, { 'accept-language': 'en' })
    assert.deepEqual([answer.status, await codeOf(answer)], [404, 'NOT_FOUND'], path)
    assert.equal(answer.headers.get('x-content-type-options'), 'nosniff')
    assert.notEqual(answer.headers.get('x-request-id'), null)
  }
})

test('a text that no database can keep is the caller’s fault', async () => {
  const answer = await ask('/unstorable', key)
  assert.deepEqual([answer.status, await codeOf(answer)], [400, 'BAD_REQUEST'])
})

test('the request id is the server’s own, whatever the client sends', async () => {
  const answer = await ask('/open', { 'x-request-id': 'evil\u0009line', 'request-id': 'x' })
  assert.match(answer.headers.get('x-request-id') ?? '', /^[0-9a-f-]{36}$/)
})

test('an unexpected error says nothing of its cause, and is recorded', async () => {
  const answer = await ask('/broken', key)
  assert.equal(answer.status, 500)
  const text = await answer.text()
  assert.doesNotMatch(text, /hunter2|TypeError|\.ts/)
  assert.match(text, /INTERNAL/)
  assert.equal((server.captured.at(-1) as Error).message, 'db password is hunter2')
})

test('a route without permission, rate or body limit stops the start, by name', async () => {
  const starts = (add: (made: RouteServer) => void) => httpServer({ routes: add })
  await assert.rejects(
    starts((made) => made.get('/bare', async () => ({}))),
    /GET \/bare must declare config\.permission, config\.rate/,
  )
  const config = { permission: 'public', rate: 'read' } as const
  await assert.rejects(
    starts((made) => made.post('/bare', { config }, async () => ({}))),
    /POST \/bare must declare bodyLimit/,
  )
})

test('every answer carries the protective headers; no policy allows inline code', async () => {
  for (const path of ['/open', '/nowhere', '/notes']) {
    const { headers } = await ask(path)
    assert.equal(headers.get('x-content-type-options'), 'nosniff', path)
    assert.equal(headers.get('x-frame-options'), 'DENY')
    assert.equal(headers.get('referrer-policy'), 'strict-origin-when-cross-origin')
    assert.match(headers.get('permissions-policy') ?? '', /camera=\(\)/)
    assert.match(headers.get('strict-transport-security') ?? '', /max-age=31536000/)
    assert.equal(headers.get('x-powered-by'), null)
    assert.equal(headers.get('server'), null)
    const policy = headers.get('content-security-policy') ?? ''
    assert.match(policy, /default-src 'none'/)
    assert.doesNotMatch(policy, /unsafe|\*/)
  }
  await using plain = await httpServer({ https: false, profile: 'staging', routes: openRoutes })
  const { headers } = await fetch(`${plain.url}/open`)
  assert.equal(headers.get('strict-transport-security'), null, 'http must not be pinned')
  assert.equal(headers.get('x-robots-tag'), 'noindex, nofollow')
})
