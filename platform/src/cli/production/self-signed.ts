import { createPrivateKey, generateKeyPairSync, randomBytes, sign } from 'node:crypto'
import { isIP } from 'node:net'

const DAY_MS = 86_400_000
const VALID_DAYS = 397 // what browsers accept at most

const ECDSA_WITH_SHA256 = '06082a8648ce3d040302'
const COMMON_NAME = '0603550403'
const SUBJECT_ALT_NAME = '0603551d11'
const BASIC_CONSTRAINTS = '0603551d13'

/**
 * A certificate for one name that vouches for itself (RFC 5280, ECDSA P-256): what nginx starts with
 * until a real one is fetched, and what tests trust. The image has no openssl to make it with.
 *
 * @example
 * const { certificate, key } = selfSigned('minato.example.com', new Date())
 */
export function selfSigned(host: string, now: Date): { certificate: string; key: string } {
  const pair = generateKeyPairSync('ec', {
    namedCurve: 'P-256',
    publicKeyEncoding: { type: 'spki', format: 'der' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  })
  const algorithm = sequence(hex(ECDSA_WITH_SHA256))
  const name = sequence(der(0x31, sequence(hex(COMMON_NAME), der(0x0c, text(host.slice(0, 64))))))
  const from = new Date(now.getTime() - DAY_MS)
  const until = new Date(now.getTime() + VALID_DAYS * DAY_MS)
  const body = sequence(
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, positive(randomBytes(16))),
    algorithm,
    name,
    sequence(time(from), time(until)),
    name,
    pair.publicKey,
    der(0xa3, sequence(alternativeName(host), authority())),
  )
  const signature = sign('sha256', body, createPrivateKey(pair.privateKey))
  const certificate = sequence(body, algorithm, der(0x03, Buffer.from([0]), signature))
  return { certificate: pem(certificate), key: pair.privateKey }
}

function alternativeName(host: string): Buffer {
  const address = isIP(host) === 4 ? Buffer.from(host.split('.').map(Number)) : undefined
  const entry = address === undefined ? der(0x82, text(host)) : der(0x87, address)
  return sequence(hex(SUBJECT_ALT_NAME), der(0x04, sequence(entry)))
}

/** It may be given as a root: CA true, critical. */
function authority(): Buffer {
  const yes = der(0x01, Buffer.from([0xff]))
  return sequence(hex(BASIC_CONSTRAINTS), yes, der(0x04, sequence(yes)))
}

/** One element of DER: tag, length, content. */
function der(tag: number, ...parts: Buffer[]): Buffer {
  const content = Buffer.concat(parts)
  const { length } = content
  const size =
    length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff]
  return Buffer.concat([Buffer.from([tag, ...size]), content])
}

const sequence = (...parts: Buffer[]): Buffer => der(0x30, ...parts)
const hex = (digits: string): Buffer => Buffer.from(digits, 'hex')
const text = (value: string): Buffer => Buffer.from(value, 'utf8')

/** UTCTime is enough until 2049. */
function time(at: Date): Buffer {
  return der(
    0x17,
    text(
      `${at
        .toISOString()
        .replace(/[-:T]|\.\d+/g, '')
        .slice(2)}`,
    ),
  )
}

/** An INTEGER's first bit is its sign. */
function positive(bytes: Buffer): Buffer {
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x40
  return bytes
}

function pem(certificate: Buffer): string {
  const lines = certificate.toString('base64').match(/.{1,64}/g) ?? []
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n')
}
