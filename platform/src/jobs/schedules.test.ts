import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sql } from 'kysely'
import { z } from 'zod'
import { defineJob } from './define-job.ts'
import { OPERATOR, TITLE, trialServer, until } from './test/trial.ts'

const times: number[] = []
const tick = defineJob({
  name: 'trial.tick',
  title: TITLE,
  input: z.object({ of: z.string() }),
  timeoutMs: 5000,
  run: async () => void times.push(Date.now()),
})
const schedule = (name: string, cron: string) => ({ name, cron, job: tick, input: { of: name } })

test('schedules', { timeout: 90_000 }, async (t) => {
  await using server = await trialServer(
    [tick],
    [schedule('trial.often', '*/2 * * * * *'), schedule('trial.morning', '0 9 * * *')],
  )
  const { jobs, db } = server.services
  const others = [await jobs.startWorker(), await jobs.startWorker()]
  const ofSchedule = async (name: string) => {
    const { rows } = await sql<{ id: string }>`select id from pgboss.job
      where name = 'trial.tick' and data->>'schedule' = ${name}`.execute(db)
    return rows.length
  }

  await t.test('fire once each time, with three workers', async () => {
    await until(() => times.length >= 3)
    await jobs.schedules.pause('trial.often', OPERATOR)
    const slots = times.map((time) => Math.floor(time / 2000))
    assert.equal(new Set(slots).size, slots.length, `fired twice: ${times.join(' ')}`)
  })

  await t.test('are in Japan unless they say otherwise', async () => {
    const morning = (await jobs.schedules.list()).find(({ name }) => name === 'trial.morning')
    assert.equal(morning?.timeZone, 'Asia/Tokyo')
    assert.equal(morning?.nextAt?.toISOString().slice(11, 16), '00:00')
  })

  await t.test('pause, and go on from their next time', async () => {
    const before = await ofSchedule('trial.often')
    const paused = (await jobs.schedules.list()).find(({ name }) => name === 'trial.often')
    assert.deepEqual([paused?.paused, paused?.nextAt], [true, null])
    await jobs.schedules.resume('trial.often', OPERATOR)
    await until(async () => (await ofSchedule('trial.often')) > before)
    await jobs.schedules.pause('trial.often', OPERATOR)
  })

  await t.test('make up once for what came due while nothing ran', async () => {
    await sql`update minato.job_schedules set next_at = now() - interval '5 days'
      where name = 'trial.morning'`.execute(db)
    await until(async () => (await ofSchedule('trial.morning')) === 1)
    const morning = (await jobs.schedules.list()).find(({ name }) => name === 'trial.morning')
    assert.ok((morning?.nextAt?.getTime() ?? 0) > Date.now())
    assert.notEqual(morning?.lastJobId, null)
  })

  await t.test('run now beside their times', async () => {
    const { id } = await jobs.schedules.runNow('trial.morning', OPERATOR)
    await until(async () => (await jobs.get(id))?.state === 'succeeded')
    await assert.rejects(jobs.schedules.runNow('trial.none', OPERATOR), {
      code: 'JOB_SCHEDULE_NOT_FOUND',
    })
  })
  for (const other of others) await other.stop()
})
