import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createOutbound, OutboundError } from './index.ts'
import { canary, serve } from './test-data/local-server.ts'
import { createTestOutbound } from './testing.ts'

const PUBLIC = '127.0.0.2'
const STATUSES = [301, 302, 303, 307, 308]
const HOSTS = [
  '127.0.0.1',
  '127.1',
  '0',
  '0.0.0.0',
  '2130706433',
  '0x7f000001',
  '0177.0.0.1',
  '127。0。0。1',
  '①②⑦.⓪.⓪.①',
  'localhost',
  'LOCALHOST.',
  'foo.localhost',
  'loopback.example', // its A record says 127.0.0.1
  'mixed.example', // public and loopback
  '127.0.0.1.nip.io',
  '[::1]',
  '[::]',
  '[::ffff:127.0.0.1]',
  '[::ffff:7f00:1]',
  '[::127.0.0.1]',
  '[64:ff9b::7f00:1]',
  '[2002:7f00:1::]',
  'user@127.0.0.1',
  'public.example@127.0.0.1',
]
const RESOLVED = {
  'public.example': [PUBLIC],
  'other.example': [PUBLIC],
  'loopback.example': ['127.0.0.1'],
  'mixed.example': [PUBLIC, '127.0.0.1'],
}

function outboundForTests() {
  return createTestOutbound({
    hosts: RESOLVED,
    publicAddresses: [PUBLIC],
    breaker: { failures: Number.POSITIVE_INFINITY },
  })
}

describe('redirect matrix', () => {
  it('5 statuses × 24 loopback spellings × http, https and relative: canary untouched', async () => {
    await using trap = await canary('127.0.0.1')
    await using trap6 = await canary('::1', trap.port)
    let hops = 0
    await using server = await serve((request, response) => {
      hops += 1
      const query = new URL(request.url ?? '', 'http://x').searchParams
      const location = Buffer.from(query.get('to') ?? '', 'utf8').toString('latin1')
      response.writeHead(Number(query.get('status')), { location }).end()
    }, PUBLIC)
    await using outbound = outboundForTests()
    const locations = HOSTS.flatMap((host) => [
      `http://${host}:${trap.port}/admin`,
      `https://${host}:${trap.port}/admin`,
      `//${host}:${trap.port}/admin`,
      `\\\\${host}:${trap.port}\\admin`,
    ])
    for (const status of STATUSES) {
      for (const to of locations) {
        const query = new URLSearchParams({ status: String(status), to })
        const url = `http://public.example:${server.port}/?${query}`
        for (const init of [
          { trust: 'user', redirect: 'follow' },
          { trust: 'config', redirect: 'follow' },
          { trust: 'user' },
        ] as const) {
          await assert.rejects(
            outbound.fetch(url, { ...init, retries: 0 }),
            (error) => error instanceof OutboundError,
            `${status} ${to}`,
          )
        }
      }
    }
    assert.equal(
      hops,
      STATUSES.length * locations.length * 3,
      'the first hop was reached each time',
    )
    assert.equal(trap.touched() + trap6.touched(), 0)
  })

  it('other schemes end there', async () => {
    const schemes = [
      'file:///etc/passwd',
      'gopher://127.0.0.1:6379/_INFO',
      'data:,x',
      'ftp://a.com/',
    ]
    await using server = await serve((request, response) => {
      response.writeHead(302, { location: schemes[Number(request.url?.slice(1))] ?? '' }).end()
    }, PUBLIC)
    await using outbound = outboundForTests()
    for (const at of schemes.keys()) {
      const url = `http://public.example:${server.port}/${at}`
      await assert.rejects(outbound.fetch(url, { trust: 'user', redirect: 'follow' }), {
        code: 'OUTBOUND_SCHEME',
      })
    }
  })
})

describe('redirects that may be followed', () => {
  it('lead to the end, five at most, and say where they ended', async () => {
    await using server = await serve((request, response) => {
      const left = Number(request.url?.slice(1))
      if (left === 0) response.end('end')
      else response.writeHead(302, { location: `/${left - 1}` }).end()
    }, PUBLIC)
    await using outbound = outboundForTests()
    const at = (left: number) =>
      outbound.fetch(`http://public.example:${server.port}/${left}`, {
        trust: 'user',
        redirect: 'follow',
      })
    const response = await at(5)
    assert.equal(await response.text(), 'end')
    assert.equal(response.redirected, true)
    assert.equal(response.url, `http://public.example:${server.port}/0`)
    await assert.rejects(at(6), { code: 'OUTBOUND_TOO_MANY_REDIRECTS' })
  })

  it('are errors unless asked for', async () => {
    await using server = await serve((_request, response) => {
      response.writeHead(301, { location: '/' }).end()
    })
    await using outbound = createOutbound()
    await assert.rejects(outbound.fetch(server.origin, { trust: 'config' }), {
      code: 'OUTBOUND_REDIRECT_REFUSED',
    })
  })

  it('change method and body as the Fetch standard says', async () => {
    await using server = await serve(async (request, response) => {
      const status = Number(request.url?.slice(1))
      if (status) {
        request.resume()
        response.writeHead(status, { location: '/' }).end()
        return
      }
      let body = ''
      for await (const part of request) body += part
      response.end(`${request.method} ${request.headers['content-type'] ?? '-'} ${body}`)
    }, PUBLIC)
    await using outbound = outboundForTests()
    const send = async (status: number, method: string) => {
      const response = await outbound.fetch(`http://public.example:${server.port}/${status}`, {
        trust: 'user',
        redirect: 'follow',
        method,
        body: 'x=1',
        headers: { 'content-type': 'text/x' },
      })
      return response.text()
    }
    for (const status of [301, 302, 303]) assert.equal(await send(status, 'POST'), 'GET - ')
    for (const status of [307, 308]) assert.equal(await send(status, 'POST'), 'POST text/x x=1')
    assert.equal(await send(301, 'PUT'), 'PUT text/x x=1')
    assert.equal(await send(303, 'PUT'), 'GET - ')
    await assert.rejects(
      outbound.fetch(`http://public.example:${server.port}/307`, {
        trust: 'user',
        redirect: 'follow',
        method: 'POST',
        body: new Blob(['x']).stream(),
      }),
      { code: 'OUTBOUND_BODY_NOT_REPEATABLE' },
    )
  })

  it('carry no credential to another origin, whatever its header is called', async () => {
    await using server = await serve((request, response) => {
      if (request.url === '/start') {
        response.writeHead(307, { location: `http://other.example:${server.port}/end` }).end()
      } else if (request.url === '/same') {
        response.writeHead(307, { location: '/end' }).end()
      } else {
        response.end(JSON.stringify(request.headers))
      }
    }, PUBLIC)
    await using outbound = outboundForTests()
    const secrets = {
      authorization: 'Bearer s3cret',
      cookie: 'sid=s3cret',
      'proxy-authorization': 's3cret',
      'x-api-key': 's3cret',
      'x-amz-security-token': 's3cret',
      'bw-session': 's3cret',
    }
    const get = async (path: string) => {
      const response = await outbound.fetch(`http://public.example:${server.port}${path}`, {
        trust: 'config',
        redirect: 'follow',
        headers: { ...secrets, 'accept-language': 'ja' },
      })
      return response.text()
    }
    const abroad = await get('/start')
    assert.doesNotMatch(abroad, /s3cret/)
    assert.match(abroad, /"accept-language":"ja"/)
    assert.equal((await get('/same')).match(/s3cret/g)?.length, Object.keys(secrets).length)
  })
})
