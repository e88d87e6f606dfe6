import { randomBytes } from 'node:crypto'
import './reflect-metadata.ts'

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }
const DAY_MS = 86_400_000
/** What OpenSSL and Go accept for a server is at most 825 days; a sandbox is restarted long before. */
const VALID_MS = 90 * DAY_MS

export type ServerIdentity = { key: string; cert: string; ca: string }

/**
 * A new authority and a server certificate for loopback under it. The authority's key is forgotten at once: nobody
 * can sign another certificate that a client of this sandbox would trust.
 */
export async function createIdentity(now: Date): Promise<ServerIdentity> {
  const x509 = await import('@peculiar/x509')
  const authority = await newPair()
  const server = await newPair()
  const validity = {
    notBefore: new Date(now.getTime() - DAY_MS),
    notAfter: new Date(now.getTime() + VALID_MS),
    signingAlgorithm: ALGORITHM,
  }
  const usage = x509.KeyUsageFlags
  const ca = await x509.X509CertificateGenerator.createSelfSigned({
    ...validity,
    serialNumber: serial(),
    name: 'CN=Minato sandbox authority',
    keys: authority,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(usage.keyCertSign | usage.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(authority.publicKey),
    ],
  })
  const cert = await x509.X509CertificateGenerator.create({
    ...validity,
    serialNumber: serial(),
    subject: 'CN=localhost',
    issuer: ca.subject,
    publicKey: server.publicKey,
    signingKey: authority.privateKey,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(usage.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      new x509.SubjectAlternativeNameExtension([
        { type: 'dns', value: 'localhost' },
        { type: 'ip', value: '127.0.0.1' },
      ]),
      await x509.AuthorityKeyIdentifierExtension.create(authority.publicKey),
    ],
  })
  const pkcs8 = await crypto.subtle.exportKey('pkcs8', server.privateKey)
  return {
    key: x509.PemConverter.encode(pkcs8, 'PRIVATE KEY'),
    cert: cert.toString('pem'),
    ca: ca.toString('pem'),
  }
}

function newPair() {
  return crypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify'])
}

/** Positive and 16 bytes long (RFC 5280, 4.1.2.2). */
function serial(): string {
  const bytes = randomBytes(16)
  bytes[0] = (bytes[0] ?? 0) & 0x7f
  return bytes.toString('hex')
}
