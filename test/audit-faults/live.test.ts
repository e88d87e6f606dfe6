import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { type Bench, startBench } from './bench.ts'
import { DOOR_FAULTS } from './door-faults.ts'
import { EXPOSURE_FAULTS } from './exposure-faults.ts'
import { HEADER_FAULTS } from './header-faults.ts'
import type { LiveFault } from './lies.ts'
import { LIMIT_FAULTS } from './limit-faults.ts'
import { startProxy } from './lying-proxy.ts'
import { TRUST_FAULTS } from './trust-faults.ts'

const FAULTS = [
  ...HEADER_FAULTS,
  ...EXPOSURE_FAULTS,
  ...TRUST_FAULTS,
  ...LIMIT_FAULTS,
  ...DOOR_FAULTS,
]

describe('the live audit of a system whose configuration is right', () => {
  let bench: Bench
  before(async () => {
    bench = await startBench()
  })
  after(async () => await bench?.[Symbol.asyncDispose]())

  test('finds nothing behind an honest proxy', async () => {
    await using proxy = await startProxy(bench.port)
    const ids = new Set(FAULTS.map(({ expect }) => expect))
    // Uses up what the others need.
    ids.delete('auth.sign-in-limit')
    for (const [id, { status, evidence }] of await bench.runAll(
      [...ids, 'auth.sign-in-limit'],
      proxy.url,
    )) {
      assert.equal(status, 'pass', `${id}: ${JSON.stringify(evidence)}`)
    }
  })

  for (const fault of FAULTS) {
    test(`finds: ${fault.id} (${fault.expect})`, async () => await find(bench, fault))
  }
})

async function find(bench: Bench, { expect, lie, plant, services }: LiveFault): Promise<void> {
  const undo = await plant?.(bench)
  try {
    await using proxy = await startProxy(bench.port, lie)
    const outcome = await bench.run(expect, proxy.url, { services: services?.(bench) ?? {} })
    assert.equal(outcome.status, 'fail', JSON.stringify(outcome.evidence))
  } finally {
    await undo?.()
  }
}
