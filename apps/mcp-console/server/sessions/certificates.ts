import { randomBytes } from 'node:crypto'
import './reflect-metadata.ts'
import type { X509Certificate } from '@peculiar/x509'

/** A PEM certificate and its private key. */
export type Identity = { cert: string; key: string }
export type Bundle = { ca: string; server: Identity; client: Identity }

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }
const MINUTE_MS = 60_000

type Issuer = {
  cert: X509Certificate
  privateKey: Awaited<ReturnType<typeof newPair>>['privateKey']
}

/**
 * An authority of one session, and a server and a client certificate under it. Its key is forgotten at once: nobody
 * can make another certificate that either side would trust.
 *
 * @param names what the server is called besides `localhost`
 */
export async function createBundle(
  now: number,
  validMs: number,
  names: readonly string[],
): Promise<Bundle> {
  const x509 = await import('@peculiar/x509')
  const authority = await newPair()
  const usage = x509.KeyUsageFlags
  const validity = {
    // Clocks differ a little, also between host and container.
    notBefore: new Date(now - 5 * MINUTE_MS),
    notAfter: new Date(now + validMs),
    signingAlgorithm: ALGORITHM,
  }
  const cert = await x509.X509CertificateGenerator.createSelfSigned({
    ...validity,
    serialNumber: serial(),
    name: 'CN=Minato session authority',
    keys: authority,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(usage.keyCertSign | usage.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(authority.publicKey),
    ],
  })
  const issuer = { cert, privateKey: authority.privateKey }
  const server = await issue(issuer, validity, 'server', names)
  const client = await issue(issuer, validity, 'client', [])
  return { ca: cert.toString('pem'), server, client }
}

async function issue(
  issuer: Issuer,
  validity: { notBefore: Date; notAfter: Date; signingAlgorithm: typeof ALGORITHM },
  role: 'server' | 'client',
  names: readonly string[],
): Promise<Identity> {
  const x509 = await import('@peculiar/x509')
  const pair = await newPair()
  const { serverAuth, clientAuth } = x509.ExtendedKeyUsage
  const hosts = ['localhost', ...names].map((value) => ({ type: 'dns' as const, value }))
  const subjectNames = [...hosts, { type: 'ip' as const, value: '127.0.0.1' }]
  const cert = await x509.X509CertificateGenerator.create({
    ...validity,
    serialNumber: serial(),
    subject: role === 'server' ? 'CN=localhost' : 'CN=Minato session client',
    issuer: issuer.cert.subject,
    publicKey: pair.publicKey,
    signingKey: issuer.privateKey,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([role === 'server' ? serverAuth : clientAuth]),
      ...(role === 'server' ? [new x509.SubjectAlternativeNameExtension(subjectNames)] : []),
      await x509.AuthorityKeyIdentifierExtension.create(issuer.cert.publicKey),
    ],
  })
  const pkcs8 = await crypto.subtle.exportKey('pkcs8', pair.privateKey)
  return { cert: cert.toString('pem'), key: x509.PemConverter.encode(pkcs8, 'PRIVATE KEY') }
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
