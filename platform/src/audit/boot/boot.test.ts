import assert from 'node:assert/strict'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { sql } from 'kysely'
import { testServices } from '../../app/testing.ts'
import { judgeSpace } from './database.ts'
import { bootChecks } from './index.ts'
import { FAULTS, processes } from './test/faults.ts'
import { contextWith, type Fault, prepare } from './test/sound-deployment.ts'

let booted: Awaited<ReturnType<typeof testServices>>
before(async () => {
  booted = await testServices({ apps: [] })
  await prepare(booted.services.db)
})
after(() => booted[Symbol.asyncDispose]())

async function outcomeOf(id: string, fault: Fault = {}) {
  const check = bootChecks.find((one) => one.id === id)
  assert.ok(check, id)
  const env = fault.env ?? {}
  const before = Object.fromEntries(Object.keys(env).map((name) => [name, process.env[name]]))
  const uid = process.getuid
  process.getuid = () => fault.uid ?? 10001
  Object.assign(process.env, env)
  if (fault.sql !== undefined) await sql.raw(fault.sql).execute(booted.services.db)
  try {
    return await check.run(contextWith(booted.services, id, fault), AbortSignal.timeout(10_000))
  } finally {
    if (fault.undo !== undefined) await sql.raw(fault.undo).execute(booted.services.db)
    if (uid !== undefined) process.getuid = uid
    for (const [name, value] of Object.entries(before)) {
      if (value === undefined) delete process.env[name]
      else process.env[name] = value
    }
  }
}

for (const { id } of bootChecks) {
  test(`${id}: content with a sound deployment`, async () => {
    const outcome = await outcomeOf(id)
    assert.equal(outcome.status, 'pass', JSON.stringify(outcome))
  })
}

for (const [id, fault, evidence] of FAULTS) {
  test(`${id}: finds ${JSON.stringify(fault, (key, value) => (key === 'undo' ? undefined : value)).slice(0, 110)}`, async () => {
    const outcome = await outcomeOf(id, fault)
    assert.equal(outcome.status, 'fail', JSON.stringify(outcome))
    const { evidence: seen } = outcome
    assert.match(typeof seen === 'string' ? seen : seen.en, evidence ?? /./)
  })
}

test('data.disk-space: a tenth or a gigabyte must be free', () => {
  const GB = 1024 ** 3
  assert.equal(judgeSpace(5 * GB, 100 * GB).status, 'fail')
  assert.equal(judgeSpace(0.5 * GB, 4 * GB).status, 'fail')
  assert.equal(judgeSpace(0.2 * GB, 0.25 * GB).status, 'pass')
  assert.equal(judgeSpace(20 * GB, 100 * GB).status, 'pass')
})

test('data.contract-migrations: finds one that waits', async () => {
  const root = await mkdtemp(join(tmpdir(), 'minato-audit-'))
  try {
    const folder = join(root, 'apps/trial/migrations')
    await mkdir(folder, { recursive: true })
    await writeFile(join(folder, '20290101000000_new.expand.sql'), 'create table trial.new ();\n')
    const contract = '-- contracts: 20290101000000_new\ndrop table trial.old;\n'
    await writeFile(join(folder, '20300101000000_old.contract.sql'), contract)
    const check = bootChecks.find(({ id }) => id === 'data.contract-migrations')
    const apps = [{ name: 'trial' }] as never
    const context = { ...contextWith(booted.services, 'data.contract-migrations'), apps, root }
    const outcome = await check?.run(context, AbortSignal.timeout(5000))
    assert.equal(outcome?.status, 'fail')
    assert.match(JSON.stringify(outcome), /trial\/20300101000000_old/)
  } finally {
    await rm(root, { recursive: true })
  }
})

test('files.store: files on disk of several hosts are unproven', async () => {
  assert.equal((await outcomeOf('files.store', processes(2))).status, 'skip')
})

test('every boot check is shown to find its fault', () => {
  const apart = ['data.disk-space', 'data.contract-migrations', 'files.store']
  const shown = new Set([...FAULTS.map(([id]) => id), ...apart])
  assert.deepEqual(
    bootChecks.map(({ id }) => id).filter((id) => !shown.has(id)),
    [],
  )
})
