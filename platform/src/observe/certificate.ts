import { TLSSocket } from 'node:tls'
import type { Outbound } from '../outbound/index.ts'
import type { Metrics } from './metrics.ts'

const EVERY_MS = 60 * 60_000
const FIRST_AFTER_MS = 30_000

type CertificateDeps = {
  metrics: Metrics
  outbound: Pick<Outbound, 'connect'>
  publicUrl: string
  log: { warn(event: string, fields?: object): void }
}

/**
 * Looks hourly, from outside as far as this machine can, at the certificate people are shown. One
 * that is expired, for another name or of no known authority counts as invalid.
 */
export function watchCertificate(deps: CertificateDeps): () => void {
  if (!deps.publicUrl.startsWith('https://')) return () => undefined
  const look = () => void readCertificate(deps)
  const first = setTimeout(look, FIRST_AFTER_MS).unref()
  const timer = setInterval(look, EVERY_MS).unref()
  return () => {
    clearTimeout(first)
    clearInterval(timer)
  }
}

/** One look; never throws. */
export async function readCertificate(deps: CertificateDeps): Promise<void> {
  const { metrics, outbound, publicUrl, log } = deps
  const expiry = metrics.gauge({
    name: 'tls_certificate_expiry_timestamp_seconds',
    help: "When the certificate of PUBLIC_URL's host ends.",
  })
  const valid = metrics.gauge({
    name: 'tls_certificate_valid',
    help: "Whether PUBLIC_URL's host shows a certificate that a browser takes, 1 or 0.",
  })
  const { hostname: host, port } = new URL(publicUrl)
  try {
    const target = { host, port: Number(port || 443), trust: 'config' as const, tls: true }
    const socket = await outbound.connect(target)
    const ends = socket instanceof TLSSocket ? socket.getPeerCertificate().valid_to : undefined
    socket.destroy()
    if (ends !== undefined) expiry.set(Date.parse(ends) / 1000)
    valid.set(1)
  } catch (error) {
    expiry.reset()
    valid.set(0)
    log.warn('observe.certificate_invalid', { host, err: error })
  }
}
