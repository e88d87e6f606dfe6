import assert from 'node:assert/strict'
import { once } from 'node:events'
import { describe, it } from 'node:test'
import { gzipSync } from 'node:zlib'
import { type CallObservation, createOutbound } from './index.ts'
import { serve, serveRaw } from './test-data/local-server.ts'

describe('outbound.fetch', () => {
  it('brings back what the server said, as the global Response', async () => {
    await using server = await serve((request, response) => {
      response.setHeader('set-cookie', ['a=1', 'b=2'])
      response.end(`${request.method} ${request.headers['user-agent']}`)
    })
    await using outbound = createOutbound({ userAgent: 'minato/9' })
    const response = await outbound.fetch(`${server.origin}/x#part`, { trust: 'config' })
    assert.ok(response instanceof Response)
    assert.equal(response.url, `${server.origin}/x`)
    assert.equal(response.redirected, false)
    assert.deepEqual(response.headers.getSetCookie(), ['a=1', 'b=2'])
    assert.equal(await response.text(), 'GET minato/9')
  })

  it('asks who named the URL', async () => {
    await using outbound = createOutbound()
    // @ts-expect-error the compiler refuses it too
    await assert.rejects(outbound.fetch('https://example.com', {}), TypeError)
  })

  it('sends forms, bytes and streams', async () => {
    await using server = await serve((request, response) => void request.pipe(response))
    await using outbound = createOutbound()
    const send = async (body: NonNullable<RequestInit['body']>) => {
      const init = { trust: 'config', method: 'POST', body } as const
      return (await outbound.fetch(server.origin, init)).text()
    }
    const form = new FormData()
    form.set('file', new Blob(['hello']), 'a.txt')
    assert.match(await send(form), /filename="a.txt"[\s\S]*hello/)
    assert.equal(await send(new URLSearchParams({ a: '1 2' })), 'a=1+2')
    assert.equal(await send(new Uint8Array([104, 105])), 'hi')
    assert.equal(await send(new Blob(['blob']).stream()), 'blob')
  })

  it('hands on odd statuses and empty bodies', async () => {
    await using server = await serve((request, response) => {
      response.writeHead(Number(request.url?.slice(1))).end()
    })
    await using outbound = createOutbound()
    for (const status of [204, 304, 404, 500, 999]) {
      const response = await outbound.fetch(`${server.origin}/${status}`, { trust: 'config' })
      assert.equal(response.status, status)
      assert.equal(await response.text(), '')
    }
  })

  it('passes the trace context to configured hosts', async () => {
    await using server = await serve((request, response) => {
      response.end(request.headers.traceparent ?? 'none')
    })
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'
    await using outbound = createOutbound({ traceparent: () => traceparent })
    const response = await outbound.fetch(server.origin, { trust: 'config' })
    assert.equal(await response.text(), traceparent)
  })

  it('takes no proxy from the environment', async () => {
    await using proxy = await serve((_request, response) => response.end('proxy'))
    await using server = await serve((_request, response) => response.end('server'))
    const names = ['http_proxy', 'HTTP_PROXY', 'all_proxy', 'NODE_USE_ENV_PROXY']
    const before = names.map((name) => process.env[name])
    try {
      for (const name of names) process.env[name] = name.startsWith('NODE') ? '1' : proxy.origin
      await using outbound = createOutbound()
      const response = await outbound.fetch(server.origin, { trust: 'config' })
      assert.equal(await response.text(), 'server')
    } finally {
      names.forEach((name, at) => {
        if (before[at] === undefined) delete process.env[name]
        else process.env[name] = before[at]
      })
    }
  })
})

describe('limits', () => {
  it('cuts a body past maxBytes, declared or not, counted after decompression', async () => {
    await using server = await serve((request, response) => {
      if (request.url === '/declared') response.setHeader('content-length', 2000)
      if (request.url === '/bomb') {
        response.setHeader('content-encoding', 'gzip')
        response.end(gzipSync(Buffer.alloc(5_000_000)))
      } else {
        response.write('x'.repeat(1000))
        response.end('x'.repeat(1000))
      }
    })
    await using outbound = createOutbound()
    for (const path of ['/declared', '/chunked', '/bomb']) {
      await assert.rejects(
        outbound
          .fetch(server.origin + path, { trust: 'config', maxBytes: 1999 })
          .then((response) => response.arrayBuffer()),
        { name: 'OutboundError', code: 'OUTBOUND_RESPONSE_TOO_LARGE' },
      )
    }
    const whole = await outbound.fetch(server.origin, { trust: 'config', maxBytes: 2000 })
    assert.equal((await whole.text()).length, 2000)
  })

  it('times out on a silent server, on a stalled body and on the whole call', async () => {
    await using server = await serve((request, response) => {
      if (request.url !== '/silent') response.write('begun')
    })
    await using outbound = createOutbound()
    const read = async (path: string, limits: object) => {
      const init = { trust: 'config', retries: 0, ...limits } as const
      return (await outbound.fetch(server.origin + path, init)).text()
    }
    const timedOut = { name: 'OutboundError', code: 'OUTBOUND_TIMEOUT' }
    await assert.rejects(read('/silent', { headersTimeoutMs: 100 }), timedOut)
    await assert.rejects(read('/stalled', { idleTimeoutMs: 100 }), timedOut)
    await assert.rejects(read('/silent', { timeoutMs: 100 }), timedOut)
    await assert.rejects(read('/stalled', { timeoutMs: 100 }), timedOut)
  })

  it('hands the caller’s own abort reason back, before and during the body', async () => {
    await using server = await serve((_request, response) => void response.write('begun'))
    await using outbound = createOutbound()
    const early = AbortSignal.abort(new Error('never mind'))
    await assert.rejects(
      outbound.fetch(server.origin, { trust: 'config', signal: early }),
      /never mind/,
    )
    const late = new AbortController()
    const response = await outbound.fetch(server.origin, { trust: 'config', signal: late.signal })
    const reader = response.body?.getReader()
    await reader?.read()
    late.abort(new Error('stop'))
    await assert.rejects(async () => reader?.read(), /stop/)
  })

  it('lets go of the connection when the reader gives up', async () => {
    let closed: Promise<unknown> | undefined
    await using server = await serve((_request, response) => {
      closed = once(response, 'close')
      response.write('begun')
    })
    await using outbound = createOutbound()
    const response = await outbound.fetch(server.origin, { trust: 'config' })
    await response.body?.cancel()
    await closed
  })

  it('names a cut connection', async () => {
    await using server = await serve((request, response) => {
      if (request.url === '/early') request.socket.destroy()
      else response.writeHead(200, { 'content-length': 100 }).write('half')
      setImmediate(() => request.socket.destroy())
    })
    await using outbound = createOutbound()
    await assert.rejects(
      outbound.fetch(`${server.origin}/early`, { trust: 'config', retries: 0 }),
      { name: 'OutboundError', code: 'OUTBOUND_CONNECTION_LOST' },
    )
    const half = await outbound.fetch(`${server.origin}/late`, { trust: 'config' })
    await assert.rejects(half.text(), { name: 'OutboundError', code: 'OUTBOUND_CONNECTION_LOST' })
  })

  it('names an answer that is not HTTP', async () => {
    await using server = await serveRaw((socket) => void socket.end('not http at all\r\n\r\n'))
    await using outbound = createOutbound()
    await assert.rejects(outbound.fetch(server.origin, { trust: 'config', retries: 0 }), {
      name: 'OutboundError',
      code: 'OUTBOUND_CONNECTION_LOST',
    })
  })
})

describe('what is told of a call', () => {
  it('has neither path, query nor credentials, and labels of bounded number', async () => {
    await using server = await serve((_request, response) => response.end())
    const lines: string[] = []
    const seen: CallObservation[] = []
    const write = (event: string, fields?: object) => {
      lines.push(`${event} ${JSON.stringify(fields)}`)
    }
    await using outbound = createOutbound({
      logger: { debug: write, info: write, warn: write, error: write },
      metrics: { observe: (call) => void seen.push(call) },
      resolve: async () => [{ address: '127.0.0.1', family: 4 }],
    })
    await outbound.fetch(`${server.origin}/hook/T0PSECRET?key=T0PSECRET`, {
      trust: 'config',
      service: 'test',
      method: 'PROPFIND',
      headers: { authorization: 'Bearer T0PSECRET' },
    })
    const user = { trust: 'user' } as const
    await assert.rejects(outbound.fetch('https://me:T0PSECRET@example.com/', user))
    await assert.rejects(outbound.fetch('https://example.com/T0PSECRET', user))
    for (let at = 0; at < 60; at += 1) {
      await outbound.fetch(`http://h${at}.example:${server.port}/`, { trust: 'config' })
    }
    assert.ok(lines.length > 0)
    assert.doesNotMatch(lines.join('\n'), /T0PSECRET/)
    const first = seen[0]
    assert.deepEqual(
      [first?.host, first?.service, first?.method, first?.outcome, first?.status],
      ['127.0.0.1', 'test', 'OTHER', 'ok', 200],
    )
    assert.deepEqual(
      seen.slice(1, 3).map(({ host, outcome }) => [host, outcome]),
      [
        ['user', 'refused'],
        ['user', 'refused'],
      ],
    )
    assert.ok(new Set(seen.map(({ host }) => host)).size <= 52)
    assert.equal(seen.at(-1)?.host, 'other')
  })
})

describe('closing', () => {
  it('lets a running call finish and refuses new ones', async () => {
    let answer: (() => void) | undefined
    const asked = Promise.withResolvers<void>()
    await using server = await serve((_request, response) => {
      answer = () => response.end('done')
      asked.resolve()
    })
    const outbound = createOutbound()
    const running = outbound.fetch(server.origin, { trust: 'config' })
    await asked.promise
    const closed = outbound.close()
    await assert.rejects(outbound.fetch(server.origin, { trust: 'config' }), {
      name: 'OutboundError',
      code: 'OUTBOUND_CLOSED',
    })
    answer?.()
    assert.equal(await (await running).text(), 'done')
    await closed
  })
})
