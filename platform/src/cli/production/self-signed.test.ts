import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { connect, createServer } from 'node:tls'
import { selfSigned } from './self-signed.ts'

test('the certificate names the host, vouches for itself and ends in 397 days', () => {
  const now = new Date('2026-11-22T00:00:00Z')
  const { certificate } = selfSigned('minato.example.com', now)
  const read = new X509Certificate(certificate)
  assert.equal(read.checkHost('minato.example.com'), 'minato.example.com')
  assert.equal(read.checkHost('other.example.com'), undefined)
  assert.ok(read.verify(read.publicKey))
  assert.equal(new Date(read.validTo).getTime() - now.getTime(), 397 * 86_400_000)
  assert.equal(
    new X509Certificate(selfSigned('192.0.2.7', now).certificate).checkIP('192.0.2.7'),
    '192.0.2.7',
  )
})

test('a client that is given it as a root reaches the server; another does not', async () => {
  const { certificate, key } = selfSigned('localhost', new Date())
  const server = createServer({ cert: certificate, key }, (socket) => socket.end('hello'))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  try {
    const believing = connect({ port, host: '127.0.0.1', servername: 'localhost', ca: certificate })
    const [text] = await once(believing, 'data')
    assert.equal(String(text), 'hello')
    const stranger = connect({ port, host: '127.0.0.1', servername: 'localhost' })
    const [error] = await once(stranger, 'error')
    assert.match(String(error.code), /SELF_SIGNED/)
  } finally {
    server.close()
  }
})
