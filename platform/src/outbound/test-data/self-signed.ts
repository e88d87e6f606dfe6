import { generateKeyPairSync, sign } from 'node:crypto'

/**
 * A self-signed certificate and its key, made for one test run: no key needs to be committed, and
 * no tool installed. X.509 v3 (RFC 5280) in DER, written out by hand.
 */
export function selfSigned(name: string): { cert: string; key: string } {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const algorithm = sequence(Buffer.from('06082a8648ce3d040302', 'hex')) // ecdsa-with-SHA256
  const commonName = sequence(Buffer.from('0603550403', 'hex'), der(0x0c, Buffer.from(name)))
  const holder = sequence(der(0x31, commonName))
  const year = new Date().getUTCFullYear()
  const validity = sequence(utcTime(`${year - 1}0101000000Z`), utcTime(`${year + 1}0101000000Z`))
  const alternative = sequence(
    Buffer.from('0603551d11', 'hex'),
    der(0x04, sequence(der(0x82, Buffer.from(name)))),
  )
  const authority = sequence(
    Buffer.from('0603551d13', 'hex'),
    der(0x04, sequence(Buffer.from('0101ff', 'hex'))),
  )
  const toSign = sequence(
    der(0xa0, Buffer.from('020102', 'hex')), // version 3
    der(0x02, Buffer.from([1])), // serial number
    algorithm,
    holder,
    validity,
    holder,
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, sequence(alternative, authority)),
  )
  const signature = sign('sha256', toSign, privateKey)
  const bits = der(0x03, Buffer.concat([Buffer.from([0]), signature]))
  const body = sequence(toSign, algorithm, bits).toString('base64').replace(/.{64}/g, '$&\n')
  return {
    cert: `-----BEGIN CERTIFICATE-----\n${body}\n-----END CERTIFICATE-----\n`,
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  }
}

function sequence(...parts: Buffer[]): Buffer {
  return der(0x30, Buffer.concat(parts))
}

function utcTime(text: string): Buffer {
  return der(0x17, Buffer.from(text.slice(2)))
}

function der(tag: number, content: Buffer): Buffer {
  const { length } = content
  const head = length < 128 ? [tag, length] : [tag, 0x82, length >> 8, length & 0xff]
  return Buffer.concat([Buffer.from(head), content])
}
