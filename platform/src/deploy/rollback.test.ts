import assert from 'node:assert/strict'
import { test } from 'node:test'
import { deployOf } from './rollback.ts'
import { deployBench } from './test/bench.ts'

type Row = { owner: string; id: string; kind: string; appliedAt: string | null }

function answering(bench: ReturnType<typeof deployBench>, rows: Row[]): void {
  bench.host.on.once = (_half, args) =>
    args.join(' ') === 'migrate status --json' ? { stdout: `${JSON.stringify(rows)}\n` } : undefined
}

test('back to what the deploy had replaced, migrating nothing', async () => {
  using bench = deployBench()
  await bench.deploy('minato:2')
  const target = deployOf(bench.tools.journal, 'minato:2').previous.release
  assert.equal(target, 'minato:1')
  bench.host.acts.length = 0
  const record = await bench.deploy(target, { kind: 'rollback' })
  assert.deepEqual([record.state, record.kind, bench.host.active], ['finished', 'rollback', 'blue'])
  assert.ok(
    !bench.host.acts.some((act) => /migrate(?! status)/.test(act)),
    bench.host.acts.join('\n'),
  )
})

test('a contract migration applied since closes the way; one from before does not', async () => {
  using bench = deployBench()
  const { startedAt } = await bench.deploy('minato:2')
  const at = (ms: number) => new Date(Date.parse(startedAt) + ms).toISOString()
  const row = { owner: 'shop', id: '3_total', kind: 'contract' }
  answering(bench, [{ ...row, appliedAt: at(5000) }])
  const closed = await bench.deploy('minato:1', { kind: 'rollback' })
  assert.deepEqual([closed.state, closed.reason?.code], ['refused', 'ROLLBACK_CONTRACTED'])
  assert.match(closed.reason?.en ?? '', /shop\/3_total took away what minato:1 needs/)
  answering(bench, [
    { ...row, appliedAt: at(-5000) },
    { ...row, id: '4', appliedAt: null },
  ])
  assert.equal((await bench.deploy('minato:1', { kind: 'rollback' })).state, 'finished')
})

test('nothing to go back to is said so', () => {
  using bench = deployBench()
  assert.throws(() => deployOf(bench.tools.journal, 'minato:1'), { code: 'ROLLBACK_NOTHING' })
})
