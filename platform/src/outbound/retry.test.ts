import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createOutbound, type OutboundOptions } from './index.ts'
import { serve } from './test-data/local-server.ts'

type Waits = { waits: number[]; options: OutboundOptions }

/** Time that stands still but for the waits asked for. */
function stillTime(start = 1_000_000): Waits {
  const waits: number[] = []
  let now = start
  return {
    waits,
    options: {
      clock: () => now,
      random: () => 0.5,
      sleep: async (ms) => {
        waits.push(ms)
        now += ms
      },
    },
  }
}

describe('retries', () => {
  it('repeats a GET twice with backoff and jitter, then hands the answer on', async () => {
    let hits = 0
    await using server = await serve((_request, response) => {
      hits += 1
      response.writeHead(503).end('down')
    })
    const { waits, options } = stillTime()
    await using outbound = createOutbound(options)
    const response = await outbound.fetch(server.origin, { trust: 'config' })
    assert.equal(response.status, 503)
    assert.equal(await response.text(), 'down')
    assert.equal(hits, 3)
    assert.deepEqual(waits, [100, 200])
  })

  it('repeats a POST only if told to, a stream never', async () => {
    let hits = 0
    await using server = await serve((request, response) => {
      hits += 1
      request.resume()
      response.writeHead(503).end()
    })
    await using outbound = createOutbound({ ...stillTime().options, breaker: { failures: 99 } })
    const post = { trust: 'config', method: 'POST' } as const
    await outbound.fetch(server.origin, { ...post, body: 'x' })
    assert.equal(hits, 1)
    await outbound.fetch(server.origin, { ...post, body: 'x', retries: 1 })
    assert.equal(hits, 3)
    await outbound.fetch(server.origin, { ...post, body: new Blob(['x']).stream(), retries: 5 })
    assert.equal(hits, 4)
  })

  it('repeats any method while nothing has been sent', async () => {
    const { waits, options } = stillTime()
    await using outbound = createOutbound(options)
    const gone = await serve(() => {})
    await gone[Symbol.asyncDispose]()
    await assert.rejects(
      outbound.fetch(gone.origin, { trust: 'config', method: 'POST', body: 'x' }),
      { name: 'OutboundError', code: 'OUTBOUND_CONNECT_FAILED' },
    )
    assert.equal(waits.length, 2)
  })

  it('waits as Retry-After says, in seconds or as a date', async () => {
    const start = Date.parse('2026-01-01T00:00:00Z')
    const answers = ['7', 'Thu, 01 Jan 2026 00:00:12 GMT']
    await using server = await serve((_request, response) => {
      const after = answers.shift()
      if (after) response.writeHead(429, { 'retry-after': after }).end()
      else response.end('at last')
    })
    const { waits, options } = stillTime(start)
    await using outbound = createOutbound(options)
    const response = await outbound.fetch(server.origin, { trust: 'config' })
    assert.equal(await response.text(), 'at last')
    assert.deepEqual(waits, [7000, 5000])
  })

  it('does not wait longer than 30 s or than its own time', async () => {
    await using server = await serve((request, response) => {
      response.writeHead(429, { 'retry-after': request.url === '/long' ? '3600' : '20' }).end()
    })
    const { waits, options } = stillTime()
    await using outbound = createOutbound(options)
    await outbound.fetch(`${server.origin}/long`, { trust: 'config' })
    await outbound.fetch(server.origin, { trust: 'config', timeoutMs: 10_000 })
    assert.deepEqual(waits, [])
  })

  it('stops when the caller aborts', async () => {
    await using server = await serve((_request, response) => response.writeHead(503).end())
    const abort = new AbortController()
    await using outbound = createOutbound({
      sleep: async (_ms, signal) => {
        abort.abort(new Error('enough'))
        signal.throwIfAborted()
      },
    })
    await assert.rejects(
      outbound.fetch(server.origin, { trust: 'config', signal: abort.signal }),
      /enough/,
    )
  })
})

describe('circuit breaker', () => {
  it('opens after failures in a row, lets one try later, closes on success', async () => {
    let hits = 0
    let status = 503
    await using server = await serve((_request, response) => {
      hits += 1
      response.writeHead(status).end()
    })
    let now = 0
    const breaker = { failures: 3, openMs: 5_000 }
    await using outbound = createOutbound({ clock: () => now, breaker })
    const call = async () => {
      const response = await outbound.fetch(server.origin, { trust: 'config', retries: 0 })
      return response.status
    }
    for (let at = 0; at < 3; at += 1) assert.equal(await call(), 503)
    await assert.rejects(call(), { name: 'OutboundError', code: 'OUTBOUND_CIRCUIT_OPEN' })
    assert.equal(hits, 3)
    now = 5_000
    assert.equal(await call(), 503)
    await assert.rejects(call(), { name: 'OutboundError', code: 'OUTBOUND_CIRCUIT_OPEN' })
    now = 10_000
    status = 200
    const both = await Promise.allSettled([call(), call()])
    assert.deepEqual(
      both.map((one) => one.status),
      ['fulfilled', 'rejected'],
      'half-open lets a single call try',
    )
    assert.equal(await call(), 200)
    assert.equal(hits, 6)
  })

  it('does not blame a server for a plain 500, for a refusal or for an abort', async () => {
    await using server = await serve((request, response) => {
      if (request.url === '/500') response.writeHead(500).end()
    })
    await using outbound = createOutbound({ breaker: { failures: 1 } })
    for (let at = 0; at < 3; at += 1) {
      await outbound.fetch(`${server.origin}/500`, { trust: 'config' })
      const abort = new AbortController()
      const hung = outbound.fetch(server.origin, { trust: 'config', signal: abort.signal })
      abort.abort()
      await assert.rejects(hung, { name: 'AbortError' })
    }
  })
})
