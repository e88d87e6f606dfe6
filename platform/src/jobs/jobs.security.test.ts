import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { z } from 'zod'
import type { SignedIn, TestServer } from '../app/testing.ts'
import { defineJob } from './define-job.ts'
import { reach, TITLE, trialServer } from './test/trial.ts'

const wait = defineJob({
  name: 'trial.wait',
  title: TITLE,
  input: z.object({}),
  timeoutMs: 60_000,
  concurrency: 20,
  run: (_services, _input, { signal }) =>
    new Promise((resolve) => signal.addEventListener('abort', () => resolve('too late'))),
})

describe('over HTTP', { timeout: 60_000 }, () => {
  let server: TestServer
  let owner: SignedIn
  let stranger: SignedIn
  let operator: SignedIn
  const start = async () => {
    const { id } = await server.services.jobs.enqueue(wait, {}, { ownerId: owner.user.id })
    await reach(server, id, 'running')
    return id
  }
  const call = (who: SignedIn, method: 'GET' | 'POST', url: string) =>
    server.inject({ method, url, headers: who.headers })
  before(async () => {
    server = await trialServer([wait])
    owner = await server.signIn()
    stranger = await server.signIn()
    operator = await server.signIn('operator')
  })
  after(() => server[Symbol.asyncDispose]())

  test("a foreign job is not found, whatever is done with it; an operator's hands reach it", async () => {
    const id = await start()
    const mangled = await call(owner, 'GET', `/api/jobs/${id.slice(1)}`)
    assert.deepEqual([mangled.statusCode, mangled.json().code], [404, 'JOB_NOT_FOUND'])
    const asked: ['GET' | 'POST', string][] = [
      ['GET', `/api/jobs/${id}`],
      ['GET', `/api/jobs/${id}/stream`],
      ['POST', `/api/jobs/${id}/cancel`],
      ['POST', `/api/jobs/${id}/retry`],
    ]
    for (const [method, url] of asked) {
      const answer = await call(stranger, method, url)
      assert.deepEqual([answer.statusCode, answer.json().code], [404, 'JOB_NOT_FOUND'], url)
      assert.equal((await server.inject({ method, url })).statusCode, 401)
    }
    assert.equal((await call(operator, 'GET', `/api/jobs/${id}`)).json().state, 'running')
    assert.equal((await call(operator, 'POST', `/api/jobs/${id}/cancel`)).json().state, 'cancelled')
    assert.equal((await call(owner, 'POST', `/api/jobs/${id}/cancel`)).statusCode, 409)
    const { items } = await server.services.audit.list({ target: `job:${id}` })
    assert.deepEqual(
      items.map(({ action, actorId }) => [action, actorId]),
      [['job.cancel', operator.user.id]],
    )
  })

  test('a list is of oneself; an operator sees all, or those of one', async () => {
    const id = await start()
    const listed = async (who: SignedIn, query = '') => {
      const answer = await call(who, 'GET', `/api/jobs${query}`)
      return answer.json().items.map((job: { id: string }) => job.id) as string[]
    }
    assert.ok((await listed(owner)).includes(id))
    assert.ok((await listed(operator)).includes(id))
    assert.deepEqual(await listed(stranger), [])
    assert.deepEqual(await listed(stranger, `?owner=${owner.user.id}`), [])
    assert.deepEqual(await listed(operator, '?owner=me'), [])
    assert.deepEqual(await listed(operator, `?owner=${owner.user.id}&state=running`), [id])
    await call(owner, 'POST', `/api/jobs/${id}/cancel`)
  })

  test('pages follow one another without gap or repeat', async () => {
    await server.services.jobs.enqueueAll(
      wait,
      Array.from({ length: 7 }, () => ({ input: {}, startAfter: new Date(Date.now() + 60_000) })),
      { ownerId: stranger.user.id },
    )
    const seen: string[] = []
    let cursor: string | null = ''
    while (cursor !== null) {
      const page: { items: { id: string }[]; nextCursor: string | null } = (
        await call(stranger, 'GET', `/api/jobs?limit=3&cursor=${encodeURIComponent(cursor)}`)
      ).json()
      seen.push(...page.items.map((job) => job.id))
      cursor = page.nextCursor
    }
    assert.equal(seen.length, 7)
    assert.equal(new Set(seen).size, 7)
  })

  test('the stream tells every change and ends with the job', async () => {
    const id = await start()
    const url = await server.listen()
    const answer = await fetch(`${url}/api/jobs/${id}/stream`, { headers: owner.headers })
    assert.match(answer.headers.get('content-type') ?? '', /text\/event-stream/)
    setTimeout(() => void call(owner, 'POST', `/api/jobs/${id}/cancel`), 100)
    const text = await answer.text()
    const states = [...text.matchAll(/^event: job\ndata: (.*)$/gm)].map(
      (match) => JSON.parse(match[1] ?? '').state,
    )
    assert.deepEqual(states, ['running', 'cancelled'])
  })
})
