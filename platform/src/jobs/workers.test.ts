import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { type QueryExecutorProvider, sql } from 'kysely'
import { z } from 'zod'
import type { TestServer } from '../app/testing.ts'
import { defineJob } from './define-job.ts'
import { addEvent } from './events.ts'
import { AttemptLost, runOnce } from './once.ts'
import { OPERATOR, reach, TITLE, trialServer, until } from './test/trial.ts'
import type { Worker } from './worker.ts'

/** Every run of every attempt, in order. */
const runs: { id: string; attempt: number; ownerId: string | null; running: number }[] = []
const running = new Map<string | null, number>()

const note = defineJob({
  name: 'trial.note',
  title: TITLE,
  input: z.object({ number: z.number() }),
  timeoutMs: 10_000,
  concurrency: 20,
  async run(_services, { number }, { id, attempt, ownerId }) {
    runs.push({ id, attempt, ownerId, running: 0 })
    return number
  },
})
const single = defineJob({
  name: 'trial.single',
  title: TITLE,
  input: z.object({}),
  timeoutMs: 10_000,
  ownerConcurrency: 1,
  async run(_services, _input, { id, attempt, ownerId }) {
    const count = (running.get(ownerId) ?? 0) + 1
    running.set(ownerId, count)
    runs.push({ id, attempt, ownerId, running: count })
    await new Promise((resolve) => setTimeout(resolve, 30))
    running.set(ownerId, count - 1)
  },
})
const held = defineJob({
  name: 'trial.held',
  title: TITLE,
  input: z.object({ text: z.string() }),
  timeoutMs: 60_000,
  async run({ db }, { text }, job) {
    runs.push({ id: job.id, attempt: job.attempt, ownerId: null, running: 0 })
    const value = await job.once('write', (tx) => writeOnce(tx, text))
    const { rows } = await sql<{ count: number }>`select count(*)::int as count
      from minato.job_steps where key = ${text}`.execute(db)
    return { value, effects: rows[0]?.count, key: job.stepKey('mail') === `${job.id}:mail` }
  },
})

async function writeOnce(tx: QueryExecutorProvider, text: string): Promise<number> {
  await sql`insert into minato.job_steps (job_name, job_id, key, done_at, result)
    values ('trial.effect', gen_random_uuid(), ${text}, now(), '{}')`.execute(tx)
  return text.length
}

describe('workers', { timeout: 120_000 }, () => {
  let server: TestServer
  let second: Worker
  before(async () => {
    server = await trialServer([note, single, held])
    second = await server.services.jobs.startWorker()
  })
  after(async () => {
    await second.stop()
    await server[Symbol.asyncDispose]()
  })

  test('never share a job', async () => {
    const items = Array.from({ length: 300 }, (_, number) => ({ input: { number } }))
    const { ids } = await server.services.jobs.enqueueAll(note, items, { ownerId: null })
    await until(async () => (await counts(server, 'trial.note')).completed === 300)
    const mine = runs.filter(({ id }) => ids.includes(id)).map(({ id }) => id)
    assert.equal(mine.length, 300)
    assert.equal(new Set(mine).size, 300)
  })

  test('run as many jobs of one owner as it may have, over all workers', async () => {
    const { jobs } = server.services
    for (const ownerId of ['one', 'two']) {
      await jobs.enqueueAll(single, Array(5).fill({ input: {} }), { ownerId })
    }
    await until(async () => (await counts(server, 'trial.single')).completed === 10)
    const mine = runs.filter(({ ownerId }) => ownerId === 'one' || ownerId === 'two')
    assert.equal(mine.length, 10)
    assert.equal(Math.max(...mine.map((run) => run.running)), 1)
  })

  test('take the most urgent first', async () => {
    const { jobs } = server.services
    const startAfter = new Date(Date.now() + 1500)
    const order: number[] = []
    for (const priority of [0, 9, 5]) {
      await jobs.enqueue(single, {}, { ownerId: 'urgent', priority, startAfter })
      order.push(priority)
    }
    await until(async () => (await counts(server, 'trial.single')).completed === 13)
    const { rows } = await sql<{ priority: number }>`select priority from pgboss.job
      where name = 'trial.single' and group_id = 'urgent' order by started_on`.execute(
      server.services.db,
    )
    assert.deepEqual(
      rows.map(({ priority }) => priority),
      [9, 5, 0],
    )
  })

  test('take up a job whose worker was lost; its steps are done once', async () => {
    const { jobs, db } = server.services
    const far = new Date(Date.now() + 3_600_000)
    const { id } = await jobs.enqueue(
      held,
      { text: 'a letter' },
      { ownerId: null, startAfter: far },
    )
    await sql`update pgboss.job_common set state = 'active', started_on = now(), heartbeat_on = now()
      where id = ${id}`.execute(db)
    const first = { name: held.name, id, attempt: 1 }
    await runOnce(db, first, 'write', (tx) => writeOnce(tx, 'a letter'))
    // As after kill -9: nobody has said for a while that it runs.
    await sql`update pgboss.job_common set heartbeat_on = now() - interval '1 minute'
      where id = ${id}`.execute(db)
    const job = await reach(server, id)
    assert.equal(job.state, 'succeeded')
    assert.deepEqual(job.result, { value: 8, effects: 1, key: true })
    assert.equal(job.attempts, 2)
    assert.deepEqual(
      runs.filter((run) => run.id === id).map(({ attempt }) => attempt),
      [2],
    )
    assert.match(JSON.stringify(job.timeline), /another one takes the job up/)
    await assert.rejects(
      runOnce(db, first, 'other', (tx) => writeOnce(tx, 'late')),
      AttemptLost,
    )
  })

  test('give up on a job that loses its workers', async () => {
    const { jobs, db } = server.services
    const far = new Date(Date.now() + 3_600_000)
    const { id } = await jobs.enqueue(held, { text: 'poison' }, { ownerId: null, startAfter: far })
    await sql`update pgboss.job_common set state = 'active', started_on = now(), retry_count = 2,
      heartbeat_on = now() - interval '1 minute', output = '{"lost": 2}' where id = ${id}`.execute(
      db,
    )
    const job = await reach(server, id)
    assert.equal(job.reason, 'JOB_WORKER_LOST')
  })

  test('an attempt that has lost its job writes nothing', async () => {
    const { jobs, db } = server.services
    const far = new Date(Date.now() + 3_600_000)
    const { id } = await jobs.enqueue(held, { text: 'late' }, { ownerId: null, startAfter: far })
    const attempt = { name: held.name, id, attempt: 1 }
    const event = { kind: 'progress' as const, percent: 1, message: 'late' }
    assert.equal(await addEvent(db, attempt, event), undefined)
    assert.equal((await jobs.cancel(id, OPERATOR)).timeline.length, 1)
  })

  test('are listed while they live, and stop with their jobs given back', async () => {
    const { jobs } = server.services
    await until(async () => (await jobs.workers()).filter(({ alive }) => alive).length === 2)
    const third = await jobs.startWorker()
    await third.stop()
    await until(async () => (await jobs.workers()).length === 2)
  })
})

async function counts({ services }: TestServer, name: string): Promise<Record<string, number>> {
  const { rows } = await sql<{ state: string; count: number }>`select state, count(*)::int as count
    from pgboss.job where name = ${name} group by state`.execute(services.db)
  return Object.fromEntries(rows.map(({ state, count }) => [state, count]))
}
