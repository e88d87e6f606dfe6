import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sql } from 'kysely'
import { type ContractState, contractFaults, contractsOf, describeFault } from './contracts.ts'
import { migrate, migrationStatus } from './migrate.ts'
import type { Migration } from './migrations.ts'
import { testDatabase } from './testing.ts'

const AT = new Date('2026-12-01T00:00:00Z')

function state(id: string, more: Partial<ContractState> = {}): ContractState {
  const kind = more.contracts === undefined ? 'expand' : 'contract'
  return { owner: 'shop', id, kind, contracts: [], appliedAt: AT, release: 'r1', ...more }
}
const base = state('1_base', { release: 'r0' })
const contract = state('3_drop', { contracts: ['shop/2_add'], appliedAt: null, release: null })
const pending = { appliedAt: null, release: null }

/** What is known when release r2 is about to be deployed beside r1. */
const CASES: [what: string, states: ContractState[], expected: string[]][] = [
  ['added by the release before, which serves', [base, state('2_add'), contract], []],
  [
    'added by the same release, both pending',
    [base, state('2_add', pending), contract],
    ['same-release'],
  ],
  [
    'added by the same release in an attempt that failed',
    [base, state('2_add', { release: 'r2' }), contract],
    ['same-release'],
  ],
  [
    'added by a release that was reverted',
    [base, state('2_add', { release: 'r1-broken' }), contract],
    ['never-in-service'],
  ],
  ['added before releases were recorded', [base, state('2_add', { release: null }), contract], []],
  ['a name nobody knows', [base, contract], ['unknown']],
  [
    'another contract migration',
    [base, state('2_add', { kind: 'contract' }), contract],
    ['unknown'],
  ],
  ['an empty database', [state('1_base', pending), state('2_add', pending), contract], []],
  ['applied already', [base, state('2_add'), { ...contract, appliedAt: AT }], []],
]

for (const [what, states, expected] of CASES) {
  test(`a contract migration whose counterpart was ${what}: ${expected[0] ?? 'allowed'}`, () => {
    const faults = contractFaults(states, { release: 'r2', served: ['r0', 'r1'] })
    assert.deepEqual(
      faults.map(({ reason }) => reason),
      expected,
    )
    for (const fault of faults) {
      assert.match(describeFault(fault).en, /shop\/3_drop contracts shop\/2_add, which /)
      assert.match(describeFault(fault).ja, /shop\/3_drop/)
    }
  })
}

test('one of two counterparts too early is enough to refuse', () => {
  const two = { ...contract, contracts: ['shop/1_base', 'shop/2_add'] }
  const faults = contractFaults([base, state('2_add', pending), two], { release: 'r2' })
  assert.deepEqual(
    faults.map(({ contracted }) => contracted),
    ['shop/2_add'],
  )
})

test('the line is read with and without the owner, several at once', () => {
  assert.deepEqual(contractsOf('shop', '-- contracts: 1_a, notes/2_b\ndrop table x;'), [
    'shop/1_a',
    'notes/2_b',
  ])
  assert.deepEqual(contractsOf('shop', 'drop table x;'), [])
})

function file(id: string, kind: Migration['kind'], text: string, contracts: string[] = []) {
  return { owner: 'shop', id, kind, sql: text, checksum: id, contracts }
}
const FIRST = file('1_orders', 'expand', 'create table shop.orders (id int, total int);')
const ADD = file('2_exact', 'expand', 'alter table shop.orders add column exact numeric;')
const DROP = file('3_total', 'contract', 'alter table shop.orders drop column total;', [
  'shop/2_exact',
])

test('three releases: expanded by one, contracted by the next, each recorded with its name', async () => {
  await using t = await testDatabase({ apps: [] })
  const run = (release: string, files: Migration[], expandOnly = false) =>
    migrate(t.db, files, {
      now: AT,
      release,
      expandOnly,
      history: { release, served: ['r1', 'r2'] },
    })
  await run('r1', [FIRST])
  await assert.rejects(run('r2', [FIRST, ADD, DROP]), { code: 'DATA_CONTRACT_TOO_EARLY' })
  const untouched = await migrationStatus(t.db, [FIRST, ADD, DROP])
  assert.equal(untouched[1]?.appliedAt, null, 'refused before anything was changed')
  await run('r2', [FIRST, ADD])
  assert.deepEqual(await run('r3', [FIRST, ADD, DROP], true), [], 'left for after the switch')
  const applied = await run('r3', [FIRST, ADD, DROP])
  assert.deepEqual(
    applied.map(({ id, release }) => [id, release]),
    [['3_total', 'r3']],
  )
  const recorded = await migrationStatus(t.db, [FIRST, ADD, DROP])
  assert.deepEqual(
    recorded.map(({ release }) => release),
    ['r1', 'r2', 'r3'],
  )
})

test('a database from before releases were recorded gains the column and goes on', async () => {
  await using t = await testDatabase({ apps: [] })
  await migrate(t.db, [FIRST], { now: AT })
  await sql`alter table minato.migrations drop column release`.execute(t.db)
  assert.equal((await migrationStatus(t.db, [FIRST]))[0]?.release, null)
  const [applied] = await migrate(t.db, [FIRST, ADD], { now: AT, release: 'r2' })
  assert.equal(applied?.release, 'r2')
})
