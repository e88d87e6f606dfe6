import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { startSystem } from './system.ts'

test('PORT=0 takes a free port and names it everywhere; metrics have a listener of their own', async () => {
  await using system = await startSystem({ env: { PORT: '0', METRICS_PORT: '0' } })
  const url = /Minato is ready: (\S+)/.exec(system.output())?.[1] ?? ''
  assert.match(url, /^http:\/\/127\.0\.0\.1:[1-9]\d+$/)
  assert.equal((await fetch(`${url}/health/live`)).status, 200)
  assert.ok(system.setupUrl?.startsWith(`${url}/setup#`), system.setupUrl)
  const run = JSON.parse(readFileSync(join(system.dataDir, 'run.json'), 'utf8'))
  assert.equal(run.url, url)
  assert.match(await (await fetch(run.listeners.metrics)).text(), /^http_requests_total/m)
  assert.equal(await system.stop(), 0)
})

test('a process near its memory limit drains and exits for its supervisor', async () => {
  await using system = await startSystem({ env: { HTTP_MAX_RSS: '1mb' } })
  // At most 5 s of jitter, so that several do not leave together.
  const gone = async () => {
    for (let turn = 0; turn < 200; turn += 1) {
      if (!alive(system.pid)) return true
      await delay(100)
    }
    return false
  }
  assert.ok(await gone(), 'it ends by itself')
  assert.match(system.output(), /process\.memory_limit[\s\S]*process\.draining/)
})

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
