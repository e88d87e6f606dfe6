import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { sql } from 'kysely'
import { z } from 'zod'
import type { TestServer } from '../app/testing.ts'
import { transact } from '../data/index.ts'
import { defineErrors } from '../errors/index.ts'
import { defineJob } from './define-job.ts'
import { OPERATOR, reach, TITLE, trialServer, until } from './test/trial.ts'

const errors = defineErrors({
  TRIAL_REFUSED: {
    status: 409,
    title: { en: 'Refused', ja: '拒否' },
    detail: { en: 'Ask {whom} first.', ja: '先に {whom} に確認してください。' },
  },
})

const greet = defineJob({
  name: 'trial.greet',
  title: TITLE,
  input: z.object({ name: z.string().default('you') }),
  timeoutMs: 5000,
  async run(_services, { name }, job) {
    await job.progress(50, { en: 'Half', ja: '半分' }, { name })
    job.log.info('trial.greeted', { name, password: 'kaze-no-himitsu-9' })
    return `hello ${name}`
  },
})
const refuse = defineJob({
  name: 'trial.refuse',
  title: TITLE,
  input: z.object({}),
  timeoutMs: 5000,
  run: () => Promise.reject(errors.TRIAL_REFUSED({ whom: 'Aoi' })),
})
const crash = defineJob({
  name: 'trial.crash',
  title: TITLE,
  input: z.object({}),
  timeoutMs: 5000,
  retries: 2,
  backoff: { firstMs: 50, factor: 1 },
  run: () => Promise.reject(new Error('the inner text')),
})
/** Attempts that heard their signal. */
const stopped = new Set<string>()
const sleep = defineJob({
  name: 'trial.sleep',
  title: TITLE,
  input: z.object({ thing: z.string().optional() }),
  timeoutMs: 1000,
  unique: ({ thing }) => thing ?? crypto.randomUUID(),
  run: (_services, _input, { id, signal }) =>
    new Promise((_resolve, reject) => {
      signal.addEventListener('abort', () => {
        stopped.add(id)
        reject(signal.reason)
      })
    }),
})
const sloth = defineJob({
  ...sleep,
  name: 'trial.sloth',
  timeoutMs: 60_000,
})

describe('jobs', { timeout: 120_000 }, () => {
  let server: TestServer
  const owner = { ownerId: null }
  before(async () => {
    server = await trialServer([greet, refuse, crash, sleep, sloth])
  })
  after(() => server[Symbol.asyncDispose]())

  test('run, tell their progress, and give their result', async () => {
    const { id } = await server.services.jobs.enqueue(greet, { name: 'Aoi' }, owner)
    const job = await reach(server, id)
    assert.equal(job.state, 'succeeded')
    assert.equal(job.result, 'hello Aoi')
    assert.equal(job.progress, 100)
    assert.deepEqual(job.message, { en: 'Half', ja: '半分' })
    assert.equal(job.timeline[0]?.percent, 50)
    assert.deepEqual(job.timeline[0]?.data, { name: 'Aoi' })
    assert.equal(job.attempts, 1)
    assert.ok(job.startedAt !== null && job.finishedAt !== null)
    const [line] = await server.services.jobs.log(id)
    assert.equal(line?.event, 'trial.greeted')
    assert.doesNotMatch(JSON.stringify(line), /kaze-no-himitsu/)
  })

  test('exist only if the transaction around them is committed', async () => {
    const { jobs, db } = server.services
    const ids: string[] = []
    const rolledBack = transact(db, async (transaction) => {
      ids.push((await jobs.enqueue(greet, {}, { ...owner, transaction })).id)
      throw new Error('no')
    })
    await assert.rejects(rolledBack, /no/)
    assert.equal(await jobs.get(ids[0] ?? ''), undefined)
    const { id } = await transact(db, (transaction) =>
      jobs.enqueue(greet, {}, { ...owner, transaction }),
    )
    assert.equal((await reach(server, id)).result, 'hello you')
  })

  test('refuse an input that is not theirs', async () => {
    const { jobs } = server.services
    await assert.rejects(jobs.enqueue(greet, { name: 7 } as never, owner), {
      code: 'JOB_INPUT_INVALID',
    })
    const large = { name: 'x'.repeat(300_000) }
    await assert.rejects(jobs.enqueue(greet, large, owner), { code: 'JOB_INPUT_TOO_LARGE' })
    const stranger = defineJob({ ...greet, name: 'trial.stranger' })
    await assert.rejects(jobs.enqueue(stranger, {}, owner), { code: 'JOB_UNKNOWN' })
  })

  test('one idempotency key is one job, of each owner', async () => {
    const { jobs } = server.services
    const first = await jobs.enqueue(greet, {}, { ...owner, key: 'order 7' })
    await reach(server, first.id)
    assert.deepEqual(await jobs.enqueue(greet, {}, { ...owner, key: 'order 7' }), first)
    const other = await jobs.enqueue(greet, {}, { ownerId: 'someone', key: 'order 7' })
    assert.notDeepEqual(other, first)
    const { ids } = await jobs.enqueueAll(
      greet,
      [
        { input: {}, key: 'order 8' },
        { input: {}, key: 'order 7' },
      ],
      owner,
    )
    assert.equal(ids[1], first.id)
    assert.notEqual(ids[0], first.id)
  })

  test('a unique job is queued or running once', async () => {
    const { jobs } = server.services
    const first = await jobs.enqueue(sloth, { thing: 'crane' }, owner)
    assert.deepEqual(await jobs.enqueue(sloth, { thing: 'crane' }, owner), first)
    const other = await jobs.enqueue(sloth, { thing: 'quay' }, owner)
    assert.notDeepEqual(other, first)
    await jobs.cancel(first.id, OPERATOR)
    const second = await jobs.enqueue(sloth, { thing: 'crane' }, owner)
    assert.notDeepEqual(second, first)
    await assert.rejects(jobs.retry(first.id, OPERATOR), { code: 'JOB_SAME_IS_QUEUED' })
    await jobs.cancel(second.id, OPERATOR)
    await jobs.cancel(other.id, OPERATOR)
  })

  test('an expected error is told by its code and what to do', async () => {
    const { id } = await server.services.jobs.enqueue(refuse, {}, owner)
    const job = await reach(server, id)
    assert.equal(job.state, 'failed')
    assert.equal(job.reason, 'TRIAL_REFUSED')
    assert.deepEqual(job.detail, { en: 'Ask Aoi first.', ja: '先に Aoi に確認してください。' })
  })

  test('an unexpected one is tried again, then fails without its text', async () => {
    const { jobs, errors: reporter, db } = server.services
    const { id } = await jobs.enqueue(crash, {}, owner)
    const job = await reach(server, id)
    assert.equal(job.state, 'failed')
    assert.equal(job.reason, 'JOB_FAILED')
    assert.equal(job.attempts, 3)
    assert.equal(job.timeline.length, 2)
    assert.doesNotMatch(JSON.stringify(job), /inner text/)
    await reporter.flush()
    const groups =
      await sql`select 1 from minato.error_groups where message like '%inner text%'`.execute(db)
    assert.equal(groups.rows.length, 1)
    await jobs.retry(id, OPERATOR)
    assert.equal((await reach(server, id)).attempts, 6)
  })

  test('one that takes too long is stopped', async () => {
    const { id } = await server.services.jobs.enqueue(sleep, {}, owner)
    const job = await reach(server, id)
    assert.equal(job.reason, 'JOB_TIMEOUT')
    assert.match(job.detail?.en ?? '', /within 1 s/)
  })

  test('cancel stops a running one within two seconds, and a queued one at once', async () => {
    const { jobs } = server.services
    const { id } = await jobs.enqueue(sloth, {}, owner)
    await reach(server, id, 'running')
    const asked = performance.now()
    const cancelled = await jobs.cancel(id, OPERATOR)
    assert.equal(cancelled.state, 'cancelled')
    assert.deepEqual(cancelled.timeline.at(-1)?.message, {
      en: 'Cancelled by operator@test.example',
      ja: 'operator@test.example が取り消し',
    })
    await until(() => stopped.has(id))
    assert.ok(performance.now() - asked < 2000)
    await assert.rejects(jobs.cancel(id, OPERATOR), { code: 'JOB_FINISHED' })
    const later = await jobs.enqueue(
      greet,
      {},
      { ...owner, startAfter: new Date(Date.now() + 60_000) },
    )
    assert.equal((await jobs.cancel(later.id, OPERATOR)).state, 'cancelled')
    await jobs.retry(later.id, OPERATOR)
    assert.equal((await reach(server, later.id)).state, 'succeeded')
  })
})
