import { rootCertificates, setDefaultCACertificates } from 'node:tls'
import { selfSigned } from '../../platform/src/cli/production/self-signed.ts'
import type { Lie } from './lying-proxy.ts'

export type TlsFault = {
  id: string
  expect: string
  tls: NonNullable<Lie['tls']>
  untrusted?: true
}

const NAME = 'minato.example.com'
const DAY_MS = 86_400_000
/** What the maker of certificates gives them. */
const LIFETIME_DAYS = 397

function certificate({ name = NAME, daysLeft = 90 } = {}): { cert: string; key: string } {
  const madeAt = new Date(Date.now() - (LIFETIME_DAYS - daysLeft) * DAY_MS)
  const made = selfSigned(name, madeAt)
  return { cert: made.certificate, key: made.key }
}

/** Has this process trust one certificate, as browsers trust those of an authority. */
export function trust(tls: Lie['tls']): void {
  setDefaultCACertificates([...rootCertificates, ...(tls === undefined ? [] : [String(tls.cert)])])
}

export const GOOD_TLS: NonNullable<Lie['tls']> = { ...certificate(), minVersion: 'TLSv1.2' }

/** Faults of the certificate and of what encrypts. */
export const TLS_FAULTS: readonly TlsFault[] = [
  {
    id: 'the certificate vouches for itself',
    expect: 'tls.trusted',
    tls: certificate(),
    untrusted: true,
  },
  {
    id: 'the certificate is for another name',
    expect: 'tls.name',
    tls: certificate({ name: 'old.example.com' }),
  },
  {
    id: 'the certificate ends in five days',
    expect: 'tls.expiry',
    tls: certificate({ daysLeft: 5 }),
  },
  { id: 'the certificate has ended', expect: 'tls.expiry', tls: certificate({ daysLeft: -1 }) },
  {
    id: 'TLS 1.0 is accepted',
    expect: 'tls.versions',
    tls: { ...certificate(), minVersion: 'TLSv1', ciphers: 'DEFAULT@SECLEVEL=0' },
  },
  {
    id: 'TLS 1.3 is not spoken',
    expect: 'tls.versions',
    tls: { ...certificate(), maxVersion: 'TLSv1.2' },
  },
  {
    id: 'a cipher that encrypts nothing is accepted',
    expect: 'tls.ciphers',
    tls: {
      ...certificate(),
      maxVersion: 'TLSv1.2',
      http2: false,
      ciphers: 'ECDHE-ECDSA-NULL-SHA:DEFAULT:@SECLEVEL=0',
    },
  },
  { id: 'HTTP/2 is not spoken', expect: 'tls.http2', tls: { ...certificate(), http2: false } },
]
