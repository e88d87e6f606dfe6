/** Tables of names that never mean a public web server, or that lead wherever their holder likes. */

/**
 * Last labels that belong inside a network: special-use names (RFC 6761, 6762, 7686, 8375, 9476,
 * ICANN's .internal) and the ones ICANN refused to delegate because networks use them.
 */
export const LOCAL_TLDS: ReadonlySet<string> = new Set(
  `localhost local localdomain localdomain4 localdomain6 internal intranet intra lan home homenet
   corp private priv workgroup router gateway dmz localnet arpa onion test invalid alt i2p bit
   consul svc cluster kubernetes docker container mesh vpn exit default belkin dlink mshome lokal`.split(
    /\s+/,
  ),
)

/** Clouds' metadata services by name; all of them answer inside the cloud only. */
export const METADATA_HOSTS: ReadonlySet<string> = new Set([
  'metadata',
  'metadata.google.internal',
  'metadata.google',
  'metadata.goog',
  'metadata.azure.com',
  'metadata.azure.internal',
  'metadata.tencentyun.com',
  'metadata.oraclecloud.com',
  'metadata.packet.net',
  'metadata.platformequinix.com',
  'metadata.nicob.net',
  'instance-data',
  'instance-data.ec2.internal',
  'rancher-metadata',
  'api.service.softlayer.com',
])

/**
 * Public domains whose every subdomain (and mostly themselves) resolve to loopback or to a private
 * address. The dialled address is checked anyway; the names are listed so that a check without DNS
 * says so at once.
 */
export const LOOPBACK_DOMAINS: readonly string[] = `
  localtest.me lvh.me vcap.me lacolhost.com localhst.co.uk localhost.tv 127-0-0-1.org.uk ddev.site
  lndo.site fuf.me 42foo.com yoogle.com fbi.com mouse-potato.com localho.st localh.st smackaho.st
  local.gd lcl.host localhost.direct localdev.me localdomain.pw localmachine.info localmachine.name
  localfabriek.nl local.sisteminha.com shed.host localhost.domaincontrol.com bugbounty.dod.network
  mail.ebc.apple.com spoofed.burpcollaborator.net burpcollaborator.net oastify.com plex.direct
  local-ip.co local-ip.sh local-ip.medicmobile.org traefik.me fritz.box
`
  .trim()
  .split(/\s+/)

/** Services that answer with the address written inside the name. */
export const EMBEDDING_DOMAINS: readonly string[] = `
  nip.io sslip.io xip.io xip.name ip6.name ipv6-literal.net backname.io ip.addr.tools
  nip.direct
`
  .trim()
  .split(/\s+/)

/** Services that rebind or redirect at their caller's wish: no honest link leads there. */
export const REBINDING_DOMAINS: readonly string[] = `
  1u.ms rbndr.us rebind.it rebind.network rebinder.net dnsrebinder.net dnsrebind.it dnsrebind.com
  nicob.net
  r3dir.me
`
  .trim()
  .split(/\s+/)

/** True if `host` is `domain` or lies below it. */
export function isWithin(host: string, domain: string): boolean {
  return host === domain || host.endsWith(`.${domain}`)
}
