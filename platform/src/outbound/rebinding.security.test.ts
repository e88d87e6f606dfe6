import assert from 'node:assert/strict'
import { Socket, type TcpSocketConnectOpts } from 'node:net'
import { describe, it } from 'node:test'
import { assertPeer } from './dial.ts'
import { createOutbound, OutboundError, type Resolve } from './index.ts'
import { canary, serve, serveRaw } from './test-data/local-server.ts'
import { nameServer } from './test-data/name-server.ts'
import { createTestOutbound } from './testing.ts'

const PUBLIC = '127.0.0.2' // stands in for a public address; everything else keeps its rules

/** A name server that answers each question with the next list, the last one for ever. */
function rebinding(...answers: string[][]): Resolve & { asked(): number } {
  let asked = 0
  const resolve: Resolve = async () => {
    const list = answers[Math.min(asked, answers.length - 1)] ?? []
    asked += 1
    return list.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }))
  }
  return Object.assign(resolve, { asked: () => asked })
}

function refused(error: unknown): boolean {
  assert.ok(error instanceof OutboundError, String(error))
  assert.equal(error.status, 422)
  return true
}

describe('DNS rebinding', () => {
  it('reaches the loopback canary zero times, whatever the name server says', async () => {
    await using trap = await canary('127.0.0.1')
    await using trap6 = await canary('::1', trap.port)
    const lists: string[][][] = [
      [['127.0.0.1']],
      [['::1']],
      [['::ffff:127.0.0.1']],
      [['0.0.0.0']],
      [['::']],
      [[PUBLIC, '127.0.0.1']],
      [['127.0.0.1', PUBLIC]],
      [[PUBLIC, '::1']],
      [[PUBLIC], ['127.0.0.1']],
      [['93.184.215.14', '127.0.0.1']],
      [['127.1']],
      [['localhost']],
      [['fe80::1%lo']],
      [[]],
    ]
    for (const answers of lists) {
      const resolve = rebinding(...answers)
      await using outbound = createTestOutbound({ resolve, publicAddresses: [PUBLIC] })
      for (let at = 0; at < 2; at += 1) {
        const url = `http://rebind.example:${trap.port}/`
        await assert.rejects(outbound.fetch(url, { trust: 'user', retries: 0, timeoutMs: 2_000 }))
        const target = { host: 'rebind.example', port: trap.port, trust: 'user' } as const
        await assert.rejects(outbound.connect({ ...target, timeoutMs: 2_000 }))
      }
    }
    assert.equal(trap.touched() + trap6.touched(), 0)
  })

  it('asks once a connection and dials what it was told, not what comes next', async () => {
    await using trap = await canary('127.0.0.1')
    await using server = await serve((_request, response) => response.end('public'), PUBLIC)
    const resolve = rebinding([PUBLIC], ['127.0.0.1'])
    await using outbound = createTestOutbound({ resolve, publicAddresses: [PUBLIC] })
    const url = `http://rebind.example:${server.port}/`
    const first = await outbound.fetch(url, { trust: 'user', headers: { connection: 'close' } })
    assert.equal(await first.text(), 'public')
    assert.equal(resolve.asked(), 1)
    // The second connection resolves anew, gets loopback, and is refused.
    await assert.rejects(
      outbound.fetch(`http://rebind.example:${trap.port}/`, { trust: 'user' }),
      refused,
    )
    assert.equal(resolve.asked(), 2)
    assert.equal(trap.touched(), 0)
  })

  it('refuses an own public address: what listens on 0.0.0.0 answers there too', async (t) => {
    const os = process.getBuiltinModule('node:os')
    const entry = { address: '93.184.215.14', family: 'IPv4' as const, internal: false }
    const mock = t.mock.method(os, 'networkInterfaces', () => ({
      eth0: [{ ...entry, netmask: '', mac: '', cidr: null }],
    }))
    const { syncBuiltinESMExports } = process.getBuiltinModule('node:module')
    syncBuiltinESMExports()
    t.after(() => {
      mock.mock.restore()
      syncBuiltinESMExports()
    })
    await using outbound = createOutbound({ resolve: rebinding(['93.184.215.14']) })
    await assert.rejects(outbound.fetch('http://self.example/', { trust: 'user' }), {
      code: 'OUTBOUND_OWN_ADDRESS',
    })
  })

  it('looks at the address reached before a byte is sent', () => {
    const addresses = [{ address: '93.184.215.14', family: 4 }]
    const check = (remoteAddress: string | undefined) => () =>
      assertPeer({ remoteAddress }, addresses, 'h.example', {})
    assert.doesNotThrow(check('93.184.215.14'))
    for (const other of ['93.184.215.15', '127.0.0.1', '::ffff:93.184.215.14', '', undefined]) {
      assert.throws(check(other), { code: 'OUTBOUND_PEER_MISMATCH' }, String(other))
    }
    const loopback = [{ address: '127.0.0.1', family: 4 }]
    assert.throws(() => assertPeer({ remoteAddress: '127.0.0.1' }, loopback, 'h.example', {}), {
      code: 'OUTBOUND_PEER_MISMATCH',
    })
  })

  it('sends nothing where the connection leads elsewhere than the checked address', async (t) => {
    let bytes = 0
    const reached = Promise.withResolvers<void>()
    await using inside = await serveRaw((socket) => {
      socket.on('data', (chunk) => {
        bytes += chunk.length
      })
      socket.on('close', () => reached.resolve())
    })
    // A translating network, say: the address asked for is the checked one, the peer is not.
    const connect = Socket.prototype.connect
    t.mock.method(Socket.prototype, 'connect', function (this: Socket, ...args: unknown[]) {
      const [options, ...rest] = args as [TcpSocketConnectOpts, ...unknown[]]
      const diverted = { ...options, host: '127.0.0.1', lookup: undefined }
      return Reflect.apply(connect, this, [diverted, ...rest])
    })
    await using outbound = createTestOutbound({
      hosts: { 'diverted.example': [PUBLIC] },
      publicAddresses: [PUBLIC],
    })
    await assert.rejects(
      outbound.fetch(`http://diverted.example:${inside.port}/`, { trust: 'user' }),
      { code: 'OUTBOUND_PEER_MISMATCH' },
    )
    await reached.promise
    assert.equal(bytes, 0)
  })

  it('refuses on DNS failure', async () => {
    await using outbound = createOutbound({
      resolve: async () => {
        throw Object.assign(new Error('no such name'), { code: 'ENOTFOUND' })
      },
    })
    await assert.rejects(outbound.fetch('http://gone.example/', { trust: 'user' }), {
      code: 'OUTBOUND_DNS_FAILED',
      retryable: false,
      sent: false,
    })
  })
})

describe('with a real name server', () => {
  it('that rebinds: each connection is resolved anew, and loopback is never reached', async () => {
    await using trap = await canary('127.0.0.1')
    await using trap6 = await canary('::1', trap.port)
    await using names = await nameServer((name, type, before) => {
      if (name === 'once.example') return type === 'A' ? [before === 0 ? PUBLIC : '127.0.0.1'] : []
      if (name === 'six.example') return type === 'A' ? [PUBLIC] : ['::1']
      if (name === 'mapped.example') return type === 'A' ? [] : ['::ffff:127.0.0.1']
      return type === 'A' ? [PUBLIC, '127.0.0.1'] : []
    })
    const options = { nameServer: names.address, publicAddresses: [PUBLIC] }
    await using outbound = createTestOutbound(options)
    for (const name of ['once', 'once', 'six', 'mapped', 'both']) {
      const url = `http://${name}.example:${trap.port}/`
      await assert.rejects(outbound.fetch(url, { trust: 'user', retries: 0 }))
    }
    assert.equal(trap.touched() + trap6.touched(), 0)
    assert.deepEqual(
      names.asked().filter((question) => question.includes('once')),
      ['A once.example', 'AAAA once.example', 'A once.example', 'AAAA once.example'],
    )
  })

  it('that half fails: A alone will do; both failing refuses', async () => {
    await using server = await serve((_request, response) => response.end('fine'), PUBLIC)
    await using names = await nameServer((name, type) => {
      if (name === 'half.example' && type === 'A') return [PUBLIC]
      return name === 'empty.example' ? [] : 'SERVFAIL'
    })
    await using outbound = createTestOutbound({
      nameServer: names.address,
      publicAddresses: [PUBLIC],
    })
    const get = (name: string) =>
      outbound.fetch(`http://${name}:${server.port}/`, { trust: 'user', retries: 0 })
    assert.equal(await (await get('half.example')).text(), 'fine')
    const failed = { code: 'OUTBOUND_DNS_FAILED', sent: false }
    await assert.rejects(get('broken.example'), { ...failed, retryable: true })
    await assert.rejects(get('empty.example'), { ...failed, retryable: false })
  })
})

describe('literals and names are judged for every door', () => {
  const hosts = [
    '127.0.0.1',
    '::1',
    '[::1]',
    'localhost',
    '169.254.169.254',
    'printer.local',
    '10.1',
  ]
  for (const host of hosts) {
    it(`connect and agent refuse ${host}`, async () => {
      await using outbound = createOutbound({ resolve: rebinding(['127.0.0.1']) })
      await assert.rejects(outbound.connect({ host, port: 8080, trust: 'user' }), refused)
      const origin = `http://${host.includes(':') && !host.startsWith('[') ? `[${host}]` : host}:8080`
      await assert.rejects(
        outbound.agent('user').request({ origin, path: '/', method: 'GET' }),
        refused,
      )
    })
  }

  it('and the AWS request handler', async () => {
    await using outbound = createOutbound()
    const request = {
      protocol: 'http:',
      hostname: '127.0.0.1',
      path: '/',
      method: 'GET',
      headers: {},
    }
    await assert.rejects(outbound.requestHandler('user').handle(request), refused)
  })

  it('but an operator may name loopback', async () => {
    await using server = await serve((_request, response) => response.end('sandbox'))
    await using outbound = createOutbound()
    const response = await outbound.fetch(server.origin, { trust: 'config' })
    assert.equal(await response.text(), 'sandbox')
    await assert.rejects(outbound.fetch('file:///etc/passwd', { trust: 'config' }), {
      code: 'OUTBOUND_SCHEME',
    })
  })
})
