import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import {
  ask,
  askToTheEnd,
  browserHeaders,
  call,
  newConversation,
  newPerson,
  signIn,
} from './http-client.ts'
import { skipWithout } from './peers.ts'
import { startPostgres, type TestPostgres } from './postgres.ts'
import { startRedis, type TestRedis } from './redis.ts'
import { type RunningSystem, startSystem } from './system.ts'
import { until } from './until.ts'

const SERVERS = { skip: skipWithout('postgres', 'redis') }
const CONVERSATIONS = '/api/chatbot/conversations'

describe('two web processes on one PostgreSQL and Redis', SERVERS, () => {
  let postgres: TestPostgres
  let redis: TestRedis
  let first: RunningSystem
  let second: RunningSystem
  before(async () => {
    postgres = await startPostgres()
    redis = await startRedis()
    const env = { DATABASE_URL: postgres.url, REDIS_URL: redis.url, RATE_ACTION: '40/1d' }
    first = await startSystem({ env })
    second = await startSystem({ env })
  })
  after(async () => {
    await first?.[Symbol.asyncDispose]()
    await second?.[Symbol.asyncDispose]()
    await redis?.[Symbol.asyncDispose]()
    await postgres?.[Symbol.asyncDispose]()
  })

  test('share sessions and conversations; a sign-out at one is a sign-out at both', async () => {
    const person = await newPerson(first)
    const id = await newConversation(first.url, person)
    await askToTheEnd(first.url, person, id, '合言葉は朝凪です')
    const told = await askToTheEnd(second.url, person, id, '合言葉は何ですか')
    assert.match(told.map((event) => event.data['text'] ?? '').join(''), /朝凪/)
    assert.equal((await call(second.url, person, CONVERSATIONS)).status, 200)
    const out = await call(first.url, person, '/api/auth/sign-out', { method: 'POST' })
    assert.equal(out.status, 204)
    await until(
      'the second process refuses the session',
      async () => {
        return (await call(second.url, person, CONVERSATIONS)).status === 401
      },
      6000,
    )
  })

  test('count a caller together', async () => {
    const person = await newPerson(first)
    const attempt = async (system: RunningSystem) =>
      (await call(system.url, person, CONVERSATIONS, { method: 'POST', json: {} })).status
    for (let count = 0; count < 20; count += 1) assert.equal(await attempt(first), 201)
    const statuses: number[] = []
    await until('the second process knows of the first', async () => {
      statuses.push(await attempt(second))
      return statuses.at(-1) === 429
    })
    const allowed = statuses.filter((status) => status === 201).length
    assert.ok(allowed <= 25, `${allowed} more were allowed after 20 of 40`)
  })

  test('Redis away: whoever is signed in goes on, nobody gets in, and it mends itself', async () => {
    const person = await newPerson(first)
    await redis.stop()
    try {
      assert.equal((await call(first.url, person, CONVERSATIONS)).status, 200)
      const refused = await signIn(first.url, person.email)
      assert.equal(refused.status, 503)
      assert.equal(((await refused.json()) as { code: string }).code, 'REDIS_UNAVAILABLE')
      const wrong = await call(first.url, { cookie: 'minato_session=made-up' }, CONVERSATIONS)
      assert.equal(wrong.status, 401)
      assert.equal((await fetch(`${first.url}/health/ready`)).status, 503)
      assert.equal((await fetch(`${first.url}/health/live`)).status, 200)
    } finally {
      await redis.start()
    }
    await until(
      'signing in works again',
      async () => (await signIn(first.url, person.email)).status === 200,
    )
    await until(
      'ready again',
      async () => (await fetch(`${first.url}/health/ready`)).status === 200,
    )
  })

  test('the database away: 503 that says so, nobody gets in, and it mends itself', async () => {
    const person = await newPerson(first)
    const key = (await first.cli(['key', 'create', '--user', person.email])).stdout.trim()
    await postgres.stop()
    try {
      const answer = await call(first.url, person, CONVERSATIONS)
      assert.equal(answer.status, 503)
      assert.equal(((await answer.json()) as { code: string }).code, 'DATABASE_UNAVAILABLE')
      const strangers = [
        { cookie: 'minato_session=made-up' },
        { authorization: `Bearer ${key.slice(0, -1)}x` },
      ]
      for (const headers of strangers) {
        const { status } = await fetch(first.url + CONVERSATIONS, {
          headers: headers as Record<string, string>,
        })
        assert.ok(status === 401 || status === 503, String(status))
      }
      assert.equal((await signIn(first.url, person.email)).status, 503)
      assert.equal((await fetch(`${first.url}/health/ready`)).status, 503)
    } finally {
      await postgres.start()
    }
    await until(
      'served again',
      async () => (await call(first.url, person, CONVERSATIONS)).status === 200,
    )
    const id = await newConversation(first.url, person)
    const events = await askToTheEnd(first.url, person, id, 'まだいますか')
    assert.equal(events.at(-1)?.event, 'done')
  })

  test('in mid-traffic, a restart of the database lets nobody in and loses no stored answer', async () => {
    const person = await newPerson(second)
    const id = await newConversation(second.url, person)
    const statuses = new Set<number>()
    let running = true
    const traffic = Promise.all(
      Array.from({ length: 8 }, async (_unused, index) => {
        for (let count = 0; running && count < 400; count += 1) {
          const cookie = index % 2 === 0 ? person.cookie : 'minato_session=stranger'
          const { status } = await call(second.url, { cookie }, `${CONVERSATIONS}/${id}`)
          if (index % 2 === 1)
            assert.ok(status === 401 || status === 503, `a stranger got ${status}`)
          else statuses.add(status)
        }
      }),
    )
    await postgres.stop()
    await until('the fault is noticed', () => statuses.has(503))
    await postgres.start()
    await until(
      'served again',
      async () => (await call(second.url, person, `${CONVERSATIONS}/${id}`)).status === 200,
    )
    running = false
    await traffic
    assert.deepEqual(
      [...statuses].filter((status) => status !== 200 && status !== 503),
      [],
    )
  })

  test('kill -9 of one process: nobody is signed out, its answer is marked within a minute', async () => {
    const person = await newPerson(second)
    const id = await newConversation(first.url, person)
    const response = await ask(first.url, person, id, 'count from 1 to 500')
    await response.body?.getReader().read()
    await first.kill()
    const opened = await call(second.url, person, `${CONVERSATIONS}/${id}`)
    assert.equal(opened.status, 200)
    type Opened = { messages: { state: string; role: string }[] }
    await until(
      'the cut answer is marked',
      async () => {
        const { messages } = (await (
          await call(second.url, person, `${CONVERSATIONS}/${id}`)
        ).json()) as Opened
        return messages.find((message) => message.role === 'assistant')?.state === 'interrupted'
      },
      60_000,
    )
    const again = await askToTheEnd(second.url, person, id, '合言葉は夕凪です')
    assert.equal(again.at(-1)?.event, 'done')
  })
})

describe('on embedded defaults', () => {
  test('kill -9 in mid-answer: the next start finds everything, the cut answer marked', async () => {
    await using system = await startSystem()
    const person = await newPerson(system)
    const id = await newConversation(system.url, person)
    const response = await ask(system.url, person, id, 'count from 1 to 500')
    await response.body?.getReader().read()
    await system.kill()
    const { dataDir, port } = system
    await using again = await startSystem({ dataDir, port })
    await until(
      'the cut answer is marked',
      async () => {
        const opened = await call(again.url, person, `${CONVERSATIONS}/${id}`)
        assert.equal(opened.status, 200)
        const { messages } = (await opened.json()) as {
          messages: { state: string; content: string }[]
        }
        assert.equal(messages[0]?.content, 'count from 1 to 500')
        return messages[1]?.state === 'interrupted'
      },
      60_000,
    )
    assert.equal(await again.stop(), 0)
  })

  test('two systems side by side keep to themselves', async () => {
    await using one = await startSystem()
    await using two = await startSystem()
    const person = await newPerson(one)
    assert.equal((await call(one.url, person, CONVERSATIONS)).status, 200)
    assert.equal((await call(two.url, person, CONVERSATIONS)).status, 401)
    assert.equal((await signIn(two.url, person.email)).status, 401)
  })

  const root = process.getuid?.() === 0
  test('a full disk while uploading: a clear error, nothing half stored', {
    skip: root ? false : 'needs root to mount a small disk',
  }, async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'minato-full-'))
    const files = join(dataDir, 'files')
    await mkdir(files)
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'tmpfs', files])
    try {
      await using system = await startSystem({ dataDir })
      const person = await newPerson(system)
      const id = await newConversation(system.url, person)
      const body = new FormData()
      body.append('text', '要約してください')
      body.append('files', new Blob(['港'.repeat(400_000)], { type: 'text/plain' }), '大.txt')
      const answer = await call(system.url, person, `${CONVERSATIONS}/${id}/messages`, {
        method: 'POST',
        body,
      })
      assert.equal(answer.status, 507, await answer.clone().text())
      const { code, detail } = (await answer.json()) as { code: string; detail: string }
      assert.equal(code, 'FILES_STORAGE_FULL')
      assert.ok(detail.length > 10)
      const { messages } = (await (
        await call(system.url, person, `${CONVERSATIONS}/${id}`)
      ).json()) as { messages: unknown[] }
      assert.deepEqual(messages, [])
      const left = await readdir(files, { recursive: true, withFileTypes: true })
      assert.deepEqual(
        left.filter((entry) => entry.isFile()).map((entry) => entry.name),
        [],
      )
      const small = await askToTheEnd(system.url, person, id, 'ファイルなしなら届きますか')
      assert.equal(small.at(-1)?.event, 'done')
    } finally {
      execFileSync('umount', [files])
      await rm(dataDir, { recursive: true, force: true })
    }
  })

  test('every mutating route is refused from another site; every route asks who you are', async () => {
    await using system = await startSystem()
    const person = await newPerson(system, 'admin')
    const api = (await (await fetch(`${system.url}/api/docs/json`)).json()) as {
      paths: Record<string, Record<string, { security?: unknown[]; 'x-permission'?: string }>>
    }
    let checked = 0
    for (const [path, methods] of Object.entries(api.paths)) {
      const url = system.url + path.replaceAll(/\{\w+\}/g, '00000000-0000-4000-8000-000000000000')
      for (const [method, route] of Object.entries(methods)) {
        if (method !== 'get' && method !== 'head') {
          const crossSite = await fetch(url, {
            method: method.toUpperCase(),
            headers: {
              ...browserHeaders(system.url, person.cookie),
              origin: 'https://evil.example',
              'sec-fetch-site': 'cross-site',
            },
          })
          assert.equal(crossSite.status, 403, `${method} ${path} from another site`)
          checked += 1
        }
        if (route['x-permission'] === 'public') continue
        const anonymous = await fetch(url, {
          method: method.toUpperCase(),
          headers: browserHeaders(system.url),
        })
        assert.equal(anonymous.status, 401, `${method} ${path} without a session`)
        assert.ok(anonymous.headers.get('www-authenticate'), `${path} says how to authenticate`)
        const problem = (await anonymous.json().catch(() => ({}))) as {
          detail?: string
          error?: { message: string }
        }
        assert.ok(
          method === 'head' || problem.detail || problem.error?.message,
          `${path} says what to do`,
        )
        checked += 1
      }
    }
    assert.ok(checked > 60, `${checked} checks`)
  })
})
