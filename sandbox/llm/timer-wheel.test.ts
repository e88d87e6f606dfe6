import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createTimerWheel } from './timer-wheel.ts'

test('runs each callback once, not before its time, in order of time', async () => {
  const wheel = createTimerWheel()
  const started = performance.now()
  const ran: { delayMs: number; atMs: number }[] = []
  const delays = [40, 0, 12, 25, 3000 % 31]
  await Promise.all(
    delays.map(
      (delayMs) =>
        new Promise<void>((resolve) => {
          wheel.after(delayMs, () => {
            ran.push({ delayMs, atMs: performance.now() - started })
            resolve()
          })
        }),
    ),
  )
  assert.deepEqual(
    ran.map((entry) => entry.delayMs),
    delays.toSorted((a, b) => a - b),
  )
  for (const { delayMs, atMs } of ran) assert.ok(atMs >= delayMs - 1, `${delayMs} ran at ${atMs}`)
  wheel.close()
})

test('cancelling what has run, twice or at all, never stops what still waits', async () => {
  const wheel = createTimerWheel()
  let ran = 0
  const cancels: (() => void)[] = []
  await new Promise<void>((resolve) => {
    for (let i = 0; i < 50; i++) cancels.push(wheel.after(5, () => ran++))
    const cancelled = wheel.after(5, () => assert.fail('was cancelled'))
    cancelled()
    cancelled()
    wheel.after(20, () => {
      for (const cancel of cancels) cancel()
      wheel.after(10, resolve)
    })
  })
  assert.equal(ran, 50)
  wheel.close()
})

test('a delay beyond one turn of the wheel waits all of it', async () => {
  const wheel = createTimerWheel()
  const started = performance.now()
  await new Promise<void>((resolve) => void wheel.after(2600, resolve))
  assert.ok(performance.now() - started >= 2599)
  wheel.close()
})
