import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type TestDatabase, testDatabase } from '../data/testing.ts'
import { createLogger } from '../log/index.ts'
import {
  createErrorReporter,
  type ErrorReporter,
  fingerprintOf,
  listErrorGroups,
  resolveErrorGroup,
} from './error-groups.ts'

let t: TestDatabase
let now = Date.UTC(2026, 10, 22)
const reporter = (release: string): ErrorReporter =>
  createErrorReporter({
    db: t.db,
    log: createLogger({ level: 'silent' }),
    clock: () => now,
    release,
  })

before(async () => {
  t = await testDatabase({ apps: [] })
})
after(() => t[Symbol.asyncDispose]())

/** An error as it would be thrown in a release: the same bug, on another line. */
function failure(message: string, line: number, place = 'saveNote'): Error {
  const error = new TypeError(message)
  error.stack = `TypeError: ${message}\n    at ${place} (${process.cwd()}/apps/notes/save.ts:${line}:7)\n    at node:internal/x:1:1`
  return error
}

test('the same bug is one group across releases, lines and values', () => {
  const one = fingerprintOf(failure("cannot read 'text' of note 17", 10))
  assert.equal(fingerprintOf(failure("cannot read 'title' of note 4711", 25)), one)
  assert.notEqual(fingerprintOf(failure('cannot write note 17', 10)), one)
  assert.notEqual(fingerprintOf(failure("cannot read 'text' of note 17", 10, 'loadNote')), one)
  const renamed = failure("cannot read 'text' of note 17", 10)
  renamed.name = 'RangeError'
  assert.notEqual(fingerprintOf(renamed), one)
})

test('a group counts, remembers when, where, which release and whom it touched', async () => {
  const [first, second] = [reporter('1.0.0'), reporter('1.1.0')]
  const [hanako, taro] = [crypto.randomUUID(), crypto.randomUUID()]
  first.capture(failure('lost note 1', 10), { userId: hanako, route: '/api/notes' })
  first.capture(failure('lost note 2', 10), { userId: hanako, route: '/api/notes' })
  await first.flush()
  const firstSeen = new Date(now)
  now += 3_600_000
  second.capture(failure('lost note 3', 31), { userId: taro, requestId: 'req_3' })
  await second.flush()
  const group = (await listErrorGroups(t.db, { limit: 50 })).find((row) =>
    row.message.startsWith('lost note'),
  )
  assert.equal(Number(group?.count), 3)
  assert.equal(Number(group?.users), 2)
  assert.equal(group?.first_seen.getTime(), firstSeen.getTime())
  assert.equal(group?.last_seen.getTime(), now)
  assert.equal(group?.last_release, '1.1.0')
  assert.equal(group?.last_request_id, 'req_3')
  assert.match(group?.source ?? '', /^saveNote \(apps\/notes\/save\.ts:10/)
})

test('a resolved group opens again when it happens once more', async () => {
  const here = reporter('1.0.0')
  const error = failure('comes back', 1)
  here.capture(error)
  await here.flush()
  const state = async () =>
    (await listErrorGroups(t.db, { limit: 50 })).find((row) => row.message === 'comes back')
  assert.equal(await resolveErrorGroup(t.db, fingerprintOf(error), new Date(now)), true)
  assert.equal((await state())?.resolved_at?.getTime(), now)
  here.capture(error)
  await here.flush()
  assert.equal((await state())?.resolved_at, null)
  assert.equal(await resolveErrorGroup(t.db, 'unknown', new Date(now)), false)
})

test('secrets in messages and stacks are masked; anything may be thrown; nothing throws back', async () => {
  const here = reporter('1.0.0')
  here.capture(failure('login failed with password=hunter2-Zx9q', 1))
  here.capture('a text')
  here.capture(undefined)
  await here.flush()
  const groups = await listErrorGroups(t.db, { limit: 50 })
  assert.doesNotMatch(JSON.stringify(groups), /hunter2/)
  assert.ok(groups.some((row) => row.message === 'a text'))
  assert.ok(groups.some((row) => row.message === 'undefined'))
})

test('a database that is away is logged, and the answer is not delayed by it', async () => {
  const gone = await testDatabase({ apps: [] })
  const lines: string[] = []
  const log = createLogger({
    level: 'error',
    destination: { write: (line: string) => void lines.push(line) },
    sync: true,
  } as never)
  const here = createErrorReporter({ db: gone.db, log, clock: () => now, release: '1' })
  await gone[Symbol.asyncDispose]()
  here.capture(failure('while away', 1))
  await here.flush()
  assert.match(lines.join(''), /error\.unexpected[\s\S]*error\.not_stored/)
})
