import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { test } from 'node:test'
import { createBundle } from './certificates.ts'

const NOW = Date.parse('2026-11-22T00:00:00Z')

test('server and client are signed by the session’s own authority, for their own use', async () => {
  const bundle = await createBundle(NOW, 86_400_000, ['session-1', 'one'])
  const ca = new X509Certificate(bundle.ca)
  const server = new X509Certificate(bundle.server.cert)
  const client = new X509Certificate(bundle.client.cert)
  for (const cert of [server, client]) {
    assert.ok(cert.verify(ca.publicKey))
    assert.equal(cert.ca, false)
    assert.ok(cert.validToDate.getTime() === NOW + 86_400_000)
  }
  assert.ok(ca.ca)
  for (const name of ['localhost', 'session-1', 'one']) assert.ok(server.checkHost(name), name)
  assert.equal(server.checkHost('session-2'), undefined)
  assert.ok(server.checkIP('127.0.0.1'))
  assert.equal(client.subjectAltName, undefined)
  // serverAuth and clientAuth, and neither both.
  assert.deepEqual(server.keyUsage, ['1.3.6.1.5.5.7.3.1'])
  assert.deepEqual(client.keyUsage, ['1.3.6.1.5.5.7.3.2'])
})

test('another session’s authority does not vouch for it', async () => {
  const [one, other] = await Promise.all([createBundle(NOW, 1000, []), createBundle(NOW, 1000, [])])
  const cert = new X509Certificate(one.server.cert)
  assert.equal(cert.verify(new X509Certificate(other.ca).publicKey), false)
})
