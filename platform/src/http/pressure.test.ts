import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { createMetrics } from '../observe/index.ts'
import { watchPressure } from './pressure.ts'
import { systemRoutes } from './system-routes.ts'
import { codeOf, httpServer, openRoutes } from './test/harness.ts'

/** Keeps the event loop busy, as a heavy computation in a handler would. */
function block(ms: number): void {
  const end = performance.now() + ms
  while (performance.now() < end);
}

/** Bounded: at most 5 s. */
async function until(what: string, holds: () => boolean): Promise<void> {
  for (let turn = 0; turn < 250; turn += 1) {
    if (holds()) return
    await delay(20)
  }
  assert.fail(what)
}

test('a blocked event loop sheds new work with 503 and Retry-After, then takes it again', async () => {
  const pressure = watchPressure({ maxDelayMs: 250, onMemoryLimit: () => undefined })
  const up = async () => ({ status: 'up' as const })
  await using server = await httpServer({
    pressure,
    routes(made) {
      openRoutes(made)
      const config = { permission: 'public', rate: 'read' } as const
      made.get('/heavy', { config }, async () => {
        block(1000)
        return {}
      })
      systemRoutes(made, {
        ...{ draining: () => false, required: { database: up }, reported: {}, redis: up },
        ...{
          metrics: createMetrics(),
          metricsEnabled: true,
          metricsToken: undefined,
          laptop: true,
        },
      })
    },
  })
  try {
    assert.equal((await fetch(`${server.url}/open`)).status, 200)
    assert.equal((await fetch(`${server.url}/heavy`)).status, 200, 'what has begun is finished')
    await until('the delay is noticed', () => pressure.overloaded())
    const shed = await fetch(`${server.url}/open`)
    assert.equal(shed.status, 503)
    assert.match(shed.headers.get('retry-after') ?? '', /^\d+$/)
    assert.equal(await codeOf(shed), 'OVERLOADED')
    // A supervisor must not kill what is only busy.
    assert.equal((await fetch(`${server.url}/health/live`)).status, 200)
    await until('the loop is free again', () => !pressure.overloaded())
    assert.equal((await fetch(`${server.url}/open`)).status, 200)
  } finally {
    pressure.close()
  }
})

test('short turns, however many, are no overload', async () => {
  const pressure = watchPressure({ maxDelayMs: 2000, onMemoryLimit: () => undefined })
  for (let turn = 0; turn < 30; turn += 1) {
    block(10)
    await delay(5)
  }
  assert.equal(pressure.overloaded(), false)
  assert.ok(pressure.delayMs() < 1000)
  pressure.close()
})

test('the memory limit is told once, with what is used', async () => {
  const told: number[] = []
  const limit = 1024 * 1024
  const pressure = watchPressure({
    maxDelayMs: 60_000,
    maxRssBytes: limit,
    onMemoryLimit: (rss) => void told.push(rss),
  })
  await until('it is noticed', () => told.length > 0)
  await delay(600) // long enough for it to be told again, if it were
  pressure.close()
  assert.equal(told.length, 1)
  assert.ok((told[0] ?? 0) > limit)
})

test('a reset forgets what the start was busy with', async () => {
  const pressure = watchPressure({ maxDelayMs: 250, onMemoryLimit: () => undefined })
  block(1000)
  await until('the block was noticed', () => pressure.overloaded())
  pressure.reset()
  assert.equal(pressure.overloaded(), false)
  pressure.close()
})
