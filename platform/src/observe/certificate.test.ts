import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { connect, createServer } from 'node:tls'
import { readCertificate } from './certificate.ts'
import { createMetrics, readExposition } from './index.ts'

test("the end of the public address's certificate is told, and one no browser takes is no good", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'minato-certificate-'))
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost']
  const made = ['-newkey', 'rsa:2048', '-nodes', '-days', '10', '-keyout', key, '-out', cert]
  execFileSync('openssl', ['req', '-x509', ...made, ...subject], { stdio: 'ignore' })
  const server = createServer({ key: readFileSync(key), cert: readFileSync(cert) })
  server.on('tlsClientError', () => undefined)
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  t.after(() => {
    server.close()
    rmSync(folder, { recursive: true })
  })
  const { port } = server.address() as AddressInfo
  const warnings: string[] = []
  const metrics = createMetrics()
  const look = async (ca: Buffer[]) => {
    const dial = () =>
      new Promise<ReturnType<typeof connect>>((resolve, reject) => {
        const socket = connect({ host: '127.0.0.1', port, servername: 'localhost', ca })
        socket.once('secureConnect', () => resolve(socket)).once('error', reject)
      })
    await readCertificate({
      metrics,
      outbound: { connect: dial },
      publicUrl: `https://localhost:${port}`,
      log: { warn: (event) => void warnings.push(event) },
    })
    const samples = readExposition(await metrics.expose())
    return (name: string) => samples.find((sample) => sample.name === name)?.value
  }
  const good = await look([readFileSync(cert)])
  const days =
    ((good('tls_certificate_expiry_timestamp_seconds') ?? 0) - Date.now() / 1000) / 86_400
  assert.ok(days > 9 && days <= 10, `${days}`)
  assert.equal(good('tls_certificate_valid'), 1)
  const bad = await look([])
  assert.equal(bad('tls_certificate_valid'), 0)
  assert.equal(bad('tls_certificate_expiry_timestamp_seconds'), undefined)
  assert.deepEqual(warnings, ['observe.certificate_invalid'])
})
