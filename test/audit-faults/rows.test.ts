import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { testServices } from '@minato/platform/app/testing'
import { sql } from 'kysely'
import { bootChecks } from '../../platform/src/audit/boot/index.ts'
import { ROOT } from './bench.ts'
import { ROW_FAULTS, SOUND } from './row-faults.ts'

describe('the boot audit of a database that people and time have worked on', () => {
  let booted: Awaited<ReturnType<typeof testServices>>
  let stop: () => Promise<void>
  before(async () => {
    booted = await testServices()
    stop = (await booted.services.jobs.startWorker()).stop
    for (const statement of SOUND) await run(statement)
  })
  after(async () => {
    await stop?.()
    await booted?.[Symbol.asyncDispose]()
  })
  const run = async (statement: string) => await sql.raw(statement).execute(booted.services.db)
  const look = async (id: string) => {
    const check = bootChecks.find((one) => one.id === id)
    assert.ok(check, `there is no boot check ${id}`)
    const { services, apps } = booted
    const context = { services, apps, root: ROOT, env: {}, uid: 10_001 }
    return await check.run(context, AbortSignal.timeout(20_000))
  }

  // Last comes what the worker's next heartbeat would not undo: a dead one has none.
  for (const { id, expect, sql: plant, undo } of ROW_FAULTS) {
    test(`finds: ${id} (${expect})`, async () => {
      const sound = await look(expect)
      assert.equal(sound.status, 'pass', JSON.stringify(sound.evidence))
      if (expect === 'jobs.workers') await stop()
      await run(plant)
      try {
        const { status, evidence } = await look(expect)
        assert.equal(status, 'fail', JSON.stringify(evidence))
      } finally {
        await run(undo)
      }
    })
  }
})
