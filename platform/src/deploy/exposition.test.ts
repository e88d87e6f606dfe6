import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createHttpMetrics } from '../http/http-metrics.ts'
import { createMetrics } from '../observe/index.ts'
import { addTraffic, quantileMs, readTraffic, trafficSince } from './exposition.ts'

async function tell(act: (observe: ReturnType<typeof createHttpMetrics>['observe']) => void) {
  const metrics = createMetrics()
  act(createHttpMetrics(metrics).observe)
  return readTraffic(await metrics.expose())
}

test('what the real metrics say is read: people only, errors, and how slow', async () => {
  const seen = await tell((observe) => {
    for (let count = 0; count < 95; count += 1) observe('GET', '/api/shell', 200, 8)
    for (let count = 0; count < 5; count += 1) observe('POST', '/api/chatbot/x', 500, 900)
    for (let count = 0; count < 500; count += 1) observe('GET', '/health/ready', 503, 1)
    observe('GET', '/metrics', 200, 1)
  })
  assert.deepEqual([seen.requests, seen.errors], [100, 5])
  assert.equal(quantileMs(0.95, seen), 10)
  assert.equal(quantileMs(0.96, seen), 1000)
  assert.equal(quantileMs(0.95, readTraffic('')), undefined)
})

test('processes are summed, and only what came since counts', async () => {
  const before = await tell((observe) => observe('GET', '/', 500, 5000))
  const after = await tell((observe) => {
    observe('GET', '/', 500, 5000)
    for (let count = 0; count < 20; count += 1) observe('GET', '/', 200, 3)
  })
  const since = trafficSince(addTraffic([before, before]), addTraffic([after, after]))
  assert.deepEqual([since.requests, since.errors, quantileMs(0.95, since)], [40, 0, 5])
  assert.equal(
    trafficSince(after, before).requests,
    1,
    'a process that started anew counts from zero',
  )
})
