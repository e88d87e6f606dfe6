import assert from 'node:assert/strict'
import { test } from 'node:test'
import { STEPS } from './record.ts'
import { deployBench, stepsOf } from './test/bench.ts'

/** The deployer is gone at once, as by kill -9: no act of its is undone, nothing more is written. */
async function killedAt(bench: ReturnType<typeof deployBench>, act: string): Promise<void> {
  const killed = Promise.withResolvers<void>()
  const { once, start, stop, point, settle } = bench.host
  const real = { once, start, stop, point, settle }
  bench.host.on.any = (text) => {
    if (!text.startsWith(act)) return
    const never = () => new Promise<never>(() => undefined)
    Object.assign(bench.host, {
      once: never,
      start: never,
      stop: never,
      point: never,
      settle: never,
    })
    bench.tools.journal.write = () => undefined
    killed.resolve()
  }
  const write = bench.tools.journal.write
  const { wait } = bench.tools
  bench.tools.wait = async (ms) => {
    if (bench.host.start !== real.start) return await new Promise(() => undefined)
    await wait(ms)
  }
  void bench.deploy()
  await killed.promise
  await new Promise((resolve) => setImmediate(resolve))
  bench.host.on = {}
  Object.assign(bench.host, real)
  bench.tools.journal.write = write
  bench.tools.wait = wait
  // The process is dead: its lock is nobody's.
  const { rmSync } = await import('node:fs')
  rmSync(`${bench.folder}/lock`, { force: true })
}

const BEFORE_SWITCH = [
  'once green migrate --plan',
  'once blue backup',
  'once green migrate --only',
  'start green web',
  'start green worker',
]

for (const act of BEFORE_SWITCH) {
  test(`killed at "${act}": the old release serves, the next deploy says so and begins anew`, async () => {
    using bench = deployBench()
    await killedAt(bench, act)
    assert.equal(bench.host.active, 'blue')
    assert.equal(bench.host.parts.get('blue web')?.state, 'healthy')
    const record = await bench.deploy('minato:3')
    assert.equal(record.state, 'finished')
    assert.match(
      bench.said.join('\n'),
      /deploy of minato:2 .* was stopped in the step \w+; minato:1 \(blue\) serves/,
    )
    const [newest, interrupted] = bench.tools.journal.history()
    assert.equal(newest?.release, 'minato:3')
    assert.deepEqual(
      [interrupted?.state, interrupted?.reason?.code],
      ['reverted', 'DEPLOY_INTERRUPTED'],
    )
    assert.ok(interrupted?.steps.every(({ state }) => state !== 'running'))
  })
}

for (const act of ['point green', 'stop blue web', 'start blue web']) {
  test(`killed at "${act}", another release asked for: back to the old one first`, async () => {
    using bench = deployBench()
    await killedAt(bench, act)
    const record = await bench.deploy('minato:3')
    assert.equal(record.state, 'finished')
    assert.deepEqual(record.previous, { color: 'blue', release: 'minato:1' })
    assert.match(bench.said.join('\n'), /minato:2 \(green\) serves[\s\S]*Put back to minato:1/)
    assert.equal(bench.host.active, 'green')
  })

  test(`killed at "${act}", the same release asked for: it goes on from there`, async () => {
    using bench = deployBench()
    await killedAt(bench, act)
    const record = await bench.deploy('minato:2')
    assert.equal(record.state, 'finished', stepsOf(record))
    assert.match(bench.said.join('\n'), /It goes on from there/)
    assert.match(stepsOf(record), /drain done, watch done, contract skipped, finish done$/)
    assert.equal(bench.host.active, 'green')
    assert.equal(bench.tools.journal.history().length, 1)
  })
}

test('killed after the watch: the new release had proven itself and stays', async () => {
  using bench = deployBench()
  await killedAt(bench, 'settle green')
  const record = await bench.deploy('minato:3')
  const [, interrupted] = bench.tools.journal.history()
  assert.equal(interrupted?.state, 'finished')
  assert.deepEqual([record.state, record.previous.release], ['finished', 'minato:2'])
})

test('the steps have the order of the specification', () => {
  assert.equal(
    STEPS.join(' '),
    'preflight backup migrate boot smoke switch drain watch contract finish',
  )
})
