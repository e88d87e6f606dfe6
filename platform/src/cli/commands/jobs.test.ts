import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type RunningSystem, startSystem } from '../../../../test/system.ts'

let system: RunningSystem
before(async () => {
  system = await startSystem()
})
after(() => system[Symbol.asyncDispose]())

test('minato jobs speaks with the running server', async () => {
  const list = await system.cli(['jobs', 'list', '--json'])
  assert.equal(list.code, 0, list.stderr)
  assert.deepEqual(JSON.parse(list.stdout), [])
  const workers = await system.cli(['jobs', 'workers'])
  assert.match(workers.stdout, new RegExp(`${system.pid}  alive  0 running`))
  const none = await system.cli(['jobs', 'show', '5f0b1c3e-7a55-4c55-8d55-0123456789ab'])
  assert.deepEqual([none.code, none.stderr.includes('there is no job')], [1, true])
  const health = await system.cli(['health'])
  assert.equal(health.code, 0, health.stderr)
  assert.match(health.stdout, / up$/m)
  assert.equal((await system.cli(['health', '--role', 'worker'])).code, 1)
})
