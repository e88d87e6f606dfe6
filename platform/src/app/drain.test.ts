import assert from 'node:assert/strict'
import { once } from 'node:events'
import { Agent, request } from 'node:http'
import { test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { openEventStream } from '../http/index.ts'
import { httpServer } from '../http/test/harness.ts'
import { createLogger } from '../log/index.ts'
import type { Booted } from './boot.ts'
import { type DrainState, drain } from './drain.ts'

const OPEN = { permission: 'public', rate: 'read' } as const

/** A server with a slow route, an endless stream and a drain of its own; what ends is noted in order. */
async function leaving(times: { drainDelayMs: number; drainDeadlineMs: number }) {
  const state: DrainState = { draining: false, closing: false }
  const ended: string[] = []
  const finish = Promise.withResolvers<void>()
  const begun = Promise.withResolvers<void>()
  const running = await httpServer({
    closing: () => state.closing,
    routes(server) {
      server.get('/open', { config: OPEN }, async () => ({ draining: state.draining }))
      server.get('/slow', { config: OPEN }, async () => {
        begun.resolve()
        await finish.promise
        ended.push('request')
        return { done: true }
      })
      server.get('/events', { config: OPEN }, (asked, reply) => {
        const stream = openEventStream(asked, reply)
        stream.send({ event: 'delta', data: {} })
        stream.signal.addEventListener('abort', () => {
          ended.push('stream')
          stream.send({ event: 'interrupted', data: {} })
        })
      })
    },
  })
  const booted = {
    services: {
      profile: 'test',
      log: createLogger({ level: 'fatal' }),
      config: { http: times },
      realtime: { drain: async () => undefined },
    },
    close: async () => void ended.push('services'),
  } as unknown as Booted
  const { server } = running
  return {
    ...running,
    state,
    ended,
    begun: begun.promise,
    finish: finish.resolve,
    drain: () => drain({ server, booted, state, reason: 'test' }),
  }
}

/** Bounded: at most 5 s. */
async function until(what: string, holds: () => boolean): Promise<void> {
  for (let turn = 0; turn < 250; turn += 1) {
    if (holds()) return
    await delay(20)
  }
  assert.fail(what)
}

test('not ready, but still served; then closed to new work while running work is finished', async () => {
  const here = await leaving({ drainDelayMs: 400, drainDeadlineMs: 10_000 })
  const slow = fetch(`${here.url}/slow`)
  await here.begun
  // A balancer keeps its connections: a request may be on its way on one that stays open.
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  const drained = here.drain()
  assert.equal(here.state.draining, true)
  const served = request(`${here.url}/open`, { agent }).end()
  const [answer] = await once(served, 'response')
  assert.equal(answer.statusCode, 200, 'within the delay')
  answer.resume()
  await until('it stops accepting', () => here.state.closing)
  await assert.rejects(fetch(`${here.url}/open`), /fetch failed/)
  assert.deepEqual(here.ended, [])
  const finishing = performance.now()
  here.finish()
  const finished = await slow
  assert.equal(finished.status, 200)
  assert.deepEqual(await finished.json(), { done: true })
  await drained
  assert.ok(
    performance.now() - finishing < 3000,
    'kept connections do not hold it until the deadline',
  )
  assert.deepEqual(here.ended, ['request', 'services'])
  agent.destroy()
})

test('a stream goes on until the deadline, may say a last word, and services close after it', async () => {
  const here = await leaving({ drainDelayMs: 0, drainDeadlineMs: 500 })
  const stream = await fetch(`${here.url}/events`)
  const started = performance.now()
  const drained = here.drain()
  const text = await stream.text()
  assert.match(text, /event: delta[\s\S]*event: interrupted/)
  assert.ok(performance.now() - started >= 450, 'not before the deadline')
  await drained
  assert.deepEqual(here.ended, ['stream', 'services'])
})

test('what does not end by the deadline is cut, so that the process can end', async () => {
  const here = await leaving({ drainDelayMs: 0, drainDeadlineMs: 100 })
  const slow = assert.rejects(fetch(`${here.url}/slow`))
  await here.begun
  const started = performance.now()
  await here.drain()
  assert.ok(performance.now() - started < 5000)
  await slow
  assert.deepEqual(here.ended, ['services'])
  here.finish()
})
