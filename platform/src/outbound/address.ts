import ipaddr from 'ipaddr.js'
import type { OutboundCode } from './error-table.ts'

type Range = readonly [cidr: string, code: OutboundCode]

/**
 * Where ipaddr.js stops: clouds' inside addresses that lie in public space, and special blocks it
 * does not list (IANA special-purpose registries; 5f00::/16 and the like fall outside 2000::/3).
 */
const OWN_RANGES: readonly Range[] = [
  ['169.254.169.254/32', 'OUTBOUND_METADATA'],
  ['169.254.170.0/24', 'OUTBOUND_METADATA'], // AWS ECS and EKS credentials
  ['169.254.0.23/32', 'OUTBOUND_METADATA'], // Tencent
  ['100.100.100.200/32', 'OUTBOUND_METADATA'], // Alibaba
  ['192.0.0.192/32', 'OUTBOUND_METADATA'], // Oracle
  ['168.63.129.16/32', 'OUTBOUND_METADATA'], // Azure WireServer: public space, inside meaning
  ['161.26.0.0/16', 'OUTBOUND_PRIVATE'], // IBM Cloud service endpoints, not routed publicly
  ['166.8.0.0/14', 'OUTBOUND_PRIVATE'], // the same
  ['fd00:ec2::/32', 'OUTBOUND_METADATA'], // AWS over IPv6
  ['fd20:ce::254/128', 'OUTBOUND_METADATA'], // Google over IPv6
  ['fd00:42::42/128', 'OUTBOUND_METADATA'], // Scaleway over IPv6
  ['2001::/23', 'OUTBOUND_RESERVED'], // IETF protocol assignments, Teredo within
  ['2620:4f:8000::/48', 'OUTBOUND_RESERVED'], // AS112
  ['3ffe::/16', 'OUTBOUND_RESERVED'], // 6bone, returned
  ['3fff::/20', 'OUTBOUND_RESERVED'], // documentation, RFC 9637
]

/** What ipaddr.js calls a range → our code. A range missing here is refused as reserved. */
const CODES: Readonly<Record<string, OutboundCode>> = Object.assign(Object.create(null), {
  loopback: 'OUTBOUND_LOOPBACK',
  // 0.0.0.0/8 and ::. Linux takes them for the machine itself.
  unspecified: 'OUTBOUND_LOOPBACK',
  private: 'OUTBOUND_PRIVATE',
  uniqueLocal: 'OUTBOUND_PRIVATE',
  deprecatedSiteLocal: 'OUTBOUND_PRIVATE',
  linkLocal: 'OUTBOUND_LINK_LOCAL',
  carrierGradeNat: 'OUTBOUND_CGNAT',
  multicast: 'OUTBOUND_MULTICAST',
  broadcast: 'OUTBOUND_MULTICAST',
  ipv4Mapped: 'OUTBOUND_EMBEDDED_IPV4',
  rfc6145: 'OUTBOUND_EMBEDDED_IPV4',
  rfc6052: 'OUTBOUND_EMBEDDED_IPV4',
  '6to4': 'OUTBOUND_EMBEDDED_IPV4',
  teredo: 'OUTBOUND_EMBEDDED_IPV4',
})

const TABLE = OWN_RANGES.map(([cidr, code]) => ({ range: ipaddr.parseCIDR(cidr), code }))
const GLOBAL_UNICAST = ipaddr.parseCIDR('2000::/3')

/**
 * Why an address may not be dialled for a user, or `undefined` if it is public unicast.
 *
 * @param address one IPv4 address in four decimal parts, or one IPv6 address without brackets
 * @example judgeAddress('127.0.0.1') // 'OUTBOUND_LOOPBACK'
 */
export function judgeAddress(address: string): OutboundCode | undefined {
  // A zone id (fe80::1%eth0) never names a public address; other spellings are not canonical.
  if (address.includes('%')) return 'OUTBOUND_LINK_LOCAL'
  const parsed = parse(address)
  if (!parsed) return 'OUTBOUND_URL_INVALID'
  for (const { range, code } of TABLE) {
    if (parsed.kind() === range[0].kind() && parsed.match(range)) return code
  }
  const named = parsed.range()
  if (named !== 'unicast') return CODES[named] ?? 'OUTBOUND_RESERVED'
  return parsed instanceof ipaddr.IPv6 ? judgeUnicastV6(parsed) : undefined
}

/** The same for an IPv6 address that ipaddr.js calls unicast. */
function judgeUnicastV6(address: ipaddr.IPv6): OutboundCode | undefined {
  const parts = address.parts
  // ::a.b.c.d (IPv4-compatible, deprecated by RFC 4291)
  if (parts.slice(0, 6).every((part) => part === 0)) return 'OUTBOUND_EMBEDDED_IPV4'
  // ISATAP (RFC 5214): interface id ::0:5efe:a.b.c.d or ::200:5efe:a.b.c.d
  if ((parts[4] === 0 || parts[4] === 0x200) && parts[5] === 0x5efe) return 'OUTBOUND_EMBEDDED_IPV4'
  // Only 2000::/3 is allocated as global unicast (IANA); the rest is nobody's.
  return address.match(GLOBAL_UNICAST) ? undefined : 'OUTBOUND_RESERVED'
}

function parse(address: string): ipaddr.IPv4 | ipaddr.IPv6 | undefined {
  // ipaddr.js also reads 127.1 and 0x7f.1; a resolver never answers so, hence the strict form.
  if (ipaddr.IPv4.isValidFourPartDecimal(address)) return ipaddr.IPv4.parse(address)
  if (ipaddr.IPv6.isValid(address)) return ipaddr.IPv6.parse(address)
  return undefined
}

/** True for `1.2.3.4` and `2001:db8::1` (no brackets), as `net.isIP` would say. */
export function isAddress(host: string): boolean {
  return parse(host) !== undefined
}

/** True if two texts name one address (`2001:DB8::1` and `2001:db8:0::1`). */
export function sameAddress(one: string, other: string): boolean {
  return one === other || normal(one) === normal(other)
}

function normal(address: string): string {
  return parse(address.replace(/%.*$/, ''))?.toNormalizedString() ?? address
}
