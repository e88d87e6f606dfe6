import { isIP } from 'node:net'

/** Where requests are sent, and which name they bear. */
export type Target = {
  /** What is dialled. */
  hostname: string
  port: number
  secure: boolean
  /** What people type: goes into Host, SNI and Origin. */
  publicHost: string
  publicName: string
  origin: string
  /** People reach the system over https, whatever is dialled here. */
  publicSecure: boolean
}

/**
 * @example targetOf('https://nginx', 'https://minato.example.com').publicHost // 'minato.example.com'
 * @throws {TypeError} for an address that is not http or https.
 */
export function targetOf(url: string, publicUrl: string): Target {
  const dialled = new URL(url)
  const shown = new URL(publicUrl)
  if (!/^https?:$/.test(dialled.protocol)) throw new TypeError(`${url} is not an http address.`)
  const secure = dialled.protocol === 'https:'
  return {
    hostname: dialled.hostname.replace(/^\[|\]$/g, ''),
    port: Number(dialled.port || (secure ? 443 : 80)),
    secure,
    publicHost: shown.host,
    publicName: shown.hostname.replace(/^\[|\]$/g, ''),
    origin: shown.origin,
    publicSecure: shown.protocol === 'https:',
  }
}

/** The name asked for in the TLS handshake; an address is none (RFC 6066 §3). */
export function serverNameOf(target: Pick<Target, 'publicName'>): string {
  return isIP(target.publicName) === 0 ? target.publicName : ''
}
