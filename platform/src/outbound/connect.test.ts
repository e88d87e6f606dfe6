import assert from 'node:assert/strict'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { describe, it } from 'node:test'
import { createServer, getCACertificates, setDefaultCACertificates, TLSSocket } from 'node:tls'
import nodemailer from 'nodemailer'
import { createOutbound } from './index.ts'
import { serveRaw } from './test-data/local-server.ts'
import { selfSigned } from './test-data/self-signed.ts'
import { createTestOutbound, traceSockets } from './testing.ts'

const NAME = 'mail.minato.example'

async function serveTls(certificate: { cert: string; key: string }) {
  const server = createServer(
    certificate,
    (socket) => void socket.end(`hello ${'servername' in socket ? socket.servername : ''}`),
  )
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  assert.ok(address && typeof address === 'object')
  return { port: address.port, [Symbol.asyncDispose]: async () => void server.close() }
}

describe('outbound.connect', () => {
  it('gives a connected socket, marked as ours', async () => {
    await using server = await serveRaw((socket) => void socket.end('220 ready'))
    await using outbound = createOutbound()
    using trace = traceSockets()
    const socket = await outbound.connect({ host: '127.0.0.1', port: server.port, trust: 'config' })
    assert.equal(await text(socket), '220 ready')
    assert.deepEqual(trace.strays(), [])
  })

  it('speaks TLS, with the name the certificate is for', async (t) => {
    const certificate = selfSigned(NAME)
    const before = getCACertificates('default')
    setDefaultCACertificates([...before, certificate.cert])
    t.after(() => setDefaultCACertificates(before))
    await using server = await serveTls(certificate)
    await using outbound = createTestOutbound({
      hosts: { [NAME]: ['127.0.0.1'], 'other.example': ['127.0.0.1'] },
      publicAddresses: ['127.0.0.1'],
    })
    const target = { port: server.port, trust: 'user' } as const
    const socket = await outbound.connect({ ...target, host: NAME, tls: true })
    assert.ok(socket instanceof TLSSocket && socket.authorized)
    assert.equal(await text(socket), `hello ${NAME}`)
    const named = { ...target, host: 'other.example', tls: { servername: NAME } }
    assert.equal(await text(await outbound.connect(named)), `hello ${NAME}`)
    const page = outbound.fetch(`https://other.example:${server.port}/`, { trust: 'user' })
    await assert.rejects(
      page,
      { code: 'OUTBOUND_TLS_FAILED' },
      'another name than the certificate’s',
    )
  })

  it('trusts no unknown certificate, also where the environment says so', async (t) => {
    await using server = await serveTls(selfSigned(NAME))
    process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0'
    t.after(() => delete process.env.NODE_TLS_REJECT_UNAUTHORIZED)
    await using outbound = createTestOutbound({ hosts: { [NAME]: ['127.0.0.1'] } })
    const target = { host: NAME, port: server.port, trust: 'config', tls: true } as const
    await assert.rejects(outbound.connect(target), { code: 'OUTBOUND_TLS_FAILED', sent: false })
  })

  it('gives up after its time, in DNS, TCP or the handshake, and on abort', async () => {
    await using silent = await serveRaw(() => {})
    await using outbound = createOutbound({ resolve: () => new Promise(() => {}) })
    const target = { port: silent.port, trust: 'config', timeoutMs: 50 } as const
    const timedOut = { code: 'OUTBOUND_TIMEOUT', sent: false }
    await assert.rejects(outbound.connect({ ...target, host: 'never.example' }), timedOut)
    await assert.rejects(outbound.connect({ ...target, host: '127.0.0.1', tls: true }), timedOut)
    const signal = AbortSignal.abort(new Error('never mind'))
    const aborted = outbound.connect({ ...target, host: '127.0.0.1', signal })
    await assert.rejects(aborted, /never mind/)
  })

  it('tries the next address where one does not answer', async () => {
    await using server = await serveRaw((socket) => void socket.end('second'))
    await using outbound = createTestOutbound({
      hosts: { 'two.example': ['127.0.0.3', '127.0.0.1'] },
    })
    const target = { host: 'two.example', port: server.port, trust: 'config' } as const
    assert.equal(await text(await outbound.connect(target)), 'second')
  })

  it('carries nodemailer', async () => {
    const mail: string[] = []
    await using server = await serveRaw((socket) => {
      socket.write('220 test\r\n')
      let inData = false
      socket.on('data', (chunk) => {
        mail.push(String(chunk))
        if (inData) inData = !String(chunk).endsWith('\r\n.\r\n')
        else inData = String(chunk).startsWith('DATA')
        if (String(chunk).startsWith('QUIT')) socket.end('221 bye\r\n')
        else socket.write(inData ? '354 go on\r\n' : '250 ok\r\n')
      })
    })
    await using outbound = createOutbound()
    using trace = traceSockets()
    const transport = nodemailer.createTransport({
      host: '127.0.0.1',
      port: server.port,
      ignoreTLS: true,
      getSocket: (_options, done) => {
        outbound
          .connect({ host: '127.0.0.1', port: server.port, trust: 'config' })
          .then((connection) => done(null, { connection }), done)
      },
    })
    await transport.sendMail({
      from: 'a@minato.example',
      to: 'b@minato.example',
      text: 'こんにちは',
    })
    transport.close()
    assert.match(mail.join(''), /RCPT TO:<b@minato\.example>/)
    assert.equal(trace.connections().length, 1)
    assert.deepEqual(trace.strays(), [])
  })
})
