import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { DeployRecord } from '@minato/platform/deploy'
import { cli } from '../system.ts'
import { openForCrowd, personWithKey } from './crowd.ts'
import { type LoadReport, startLoad } from './load.ts'
import { release } from './releases.ts'
import type { Stack } from './up.ts'

type Scale = { perSecond: number; sockets: number; watch: string }
type Ledger = { marks: number; begun: string[]; done: string[] }

/** What a drill tells besides passing: figures for the report. */
export type DeployFigures = { name: string; record: DeployRecord; load?: LoadReport }[]

/** Small enough for CI; `npm run drill:deploy` takes the whole. */
const SMALL: Scale = { perSecond: 60, sockets: 40, watch: '6s' }

/**
 * The stack is given releases: a good one under load, one that does not start, one that errs when
 * people come, one with a contract migration too early; and it goes back.
 */
export async function deploySteps(stack: Stack, scale: Scale = SMALL): Promise<DeployFigures> {
  const base = imageOf(stack)
  openForCrowd(stack)
  const figures: DeployFigures = []
  const run = async (name: string, image: string, ...more: string[]) => {
    const record = await minato(stack, [
      'deploy',
      '--image',
      image,
      '--watch',
      scale.watch,
      ...LEFT_OUT,
      ...PATIENT,
      ...more,
    ])
    figures.push({ name, record })
    return record
  }
  const first = await run('the first release with the app', release(base, 'one'), '--watch', '2s')
  assert.equal(first.state, 'finished', told(first))
  const key = await personWithKey(stack, first.color)

  const load = await startLoad({ url: stack.url, ca: stack.ca, key, ...scale })
  const good = await run('a good release under load', release(base, 'two'))
  await delay(1000)
  const seen = await load.stop()
  figures.push({ name: 'load', record: good, load: seen })
  assert.equal(good.state, 'finished', told(good))
  await nothingLost(stack, key, seen)

  const start = await run(
    'a release that does not start',
    release(base, 'sinking', { fault: 'start' }),
  )
  assert.deepEqual([start.state, start.reason?.code], ['reverted', 'DEPLOY_NOT_READY'], told(start))
  assert.match(start.reason?.en ?? '', /built not to start/)
  assert.ok(took(start, 'boot', 'revert') < 30_000, told(start))

  const errs = await underLoad(stack, key, scale, () =>
    run(
      'a release that errs when people come',
      release(base, 'leaking', { fault: 'errors' }),
      '--watch',
      '25s',
    ),
  )
  assert.deepEqual([errs.state, errs.reason?.code], ['reverted', 'DEPLOY_WATCH_FAILED'], told(errs))
  assert.ok(took(errs, 'revert') < 30_000, told(errs))

  const early = ['20261201000000_pier.expand.sql', '20261201000001_berth.contract.sql']
  const refused = await run(
    'contract with its expand',
    release(base, 'early', { migrations: early }),
  )
  assert.deepEqual([refused.state, refused.reason?.code], ['refused', 'DEPLOY_CONTRACT_TOO_EARLY'])
  await serves(stack, key)

  const rolledBack = await minato(stack, [
    'rollback',
    '--watch',
    '2s',
    '--skip-backup',
    'a test',
    ...PATIENT,
  ])
  figures.push({ name: 'rollback', record: rolledBack })
  assert.equal(rolledBack.state, 'finished', told(rolledBack))
  assert.equal(rolledBack.release, release(base, 'one'))
  await serves(stack, key)
  return figures
}

/** Audit and backup have steps of their own in stack.test.ts. */
const LEFT_OUT = ['--skip-audit', 'a step of its own', '--skip-backup', 'a step of its own']
/** A machine that also runs the tests may take long to start four processes. */
const PATIENT = ['--ready-within', '300s']

async function minato(stack: Stack, args: string[]): Promise<DeployRecord> {
  const place = ['--folder', stack.folder, '--json']
  const ran = await cli([...args, ...place], stack.env)
  try {
    return JSON.parse(ran.stdout)
  } catch {
    throw new Error(
      `minato ${args.join(' ')} ended with ${ran.code}:\n${ran.stdout}\n${ran.stderr}`,
    )
  }
}

/** The errors are the point here: only what the deploy says is looked at. */
async function underLoad<T>(stack: Stack, key: string, scale: Scale, work: () => Promise<T>) {
  const load = await startLoad({ url: stack.url, ca: stack.ca, key, ...scale, sockets: 0 })
  try {
    return await work()
  } finally {
    await load.stop()
  }
}

async function nothingLost(stack: Stack, key: string, seen: LoadReport): Promise<void> {
  assert.deepEqual(seen.failed, [])
  const last = Math.max(...seen.waves)
  const numbers = [...seen.waves].sort((a, b) => a - b)
  assert.equal(new Set(numbers).size, numbers.length, 'each event has a number of its own')
  for (const mine of seen.seen) {
    const first = mine[0] ?? 0
    const all = Array.from({ length: last - first + 1 }, (_, index) => first + index)
    assert.deepEqual(mine, all, 'every event once and in order')
    assert.ok(first <= (numbers[0] ?? 0))
  }
  assert.ok(seen.reconnects >= seen.seen.length, `${seen.reconnects} reconnected`)
  let ledger = await ledgerOf(stack, key)
  for (let turn = 0; turn < 60 && ledger.done.length < seen.jobs.length; turn += 1) {
    await delay(500)
    ledger = await ledgerOf(stack, key)
  }
  assert.equal(ledger.marks, seen.marks.length, 'what was answered was written, once')
  assert.deepEqual(ledger.done.sort(), [...seen.jobs].sort(), 'every job to its end, once')
  assert.deepEqual(ledger.begun.sort(), [...seen.jobs].sort(), 'no job begun twice')
}

async function ledgerOf(stack: Stack, key: string): Promise<Ledger> {
  const answer = await fetch(`${stack.url}/api/quay/ledger`, {
    headers: { authorization: `Bearer ${key}` },
  })
  assert.equal(answer.status, 200)
  return (await answer.json()) as Ledger
}

async function serves(stack: Stack, key: string): Promise<void> {
  await ledgerOf(stack, key)
  assert.equal((await fetch(`${stack.url}/health/ready`)).status, 200)
}

function imageOf(stack: Stack): string {
  const line = /^MINATO_IMAGE=(.+)$/m.exec(readFileSync(join(stack.folder, '.env'), 'utf8'))
  assert.ok(line?.[1], '.env names the image')
  return line[1]
}

function took({ steps }: DeployRecord, ...names: string[]): number {
  const those = steps.filter(({ name }) => names.includes(name))
  assert.equal(those.length, names.length)
  return those.reduce((sum, { ms }) => sum + (ms ?? 0), 0)
}

function told(record: DeployRecord): string {
  const steps = record.steps.map(
    ({ name, state, ms, evidence }) => `${name} ${state} ${ms} ms: ${evidence?.en ?? ''}`,
  )
  return `${record.state} ${record.reason?.en ?? ''}\n${steps.join('\n')}`
}
