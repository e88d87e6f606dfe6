import { isAddress, judgeAddress } from './address.ts'
import type { OutboundCode } from './error-table.ts'
import {
  EMBEDDING_DOMAINS,
  isWithin,
  LOCAL_TLDS,
  LOOPBACK_DOMAINS,
  METADATA_HOSTS,
  REBINDING_DOMAINS,
} from './host-names.ts'

// Underscores are not host names by RFC 1123, but buckets and customer domains have them.
const LABEL = /^[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?$|^-?[a-z0-9_-]+$/

/**
 * Why a host may not be dialled for a user, judged by its spelling alone, or `undefined`.
 *
 * @param host as `URL.hostname` gives it: lower case, Punycode, IPv6 in brackets or without
 * @example judgeHost('127.0.0.1.nip.io') // 'OUTBOUND_WILDCARD_DNS'
 */
export function judgeHost(host: string): OutboundCode | undefined {
  const bare = host.startsWith('[') && host.endsWith(']') ? host.slice(1, -1) : host
  if (isAddress(bare) || bare.includes(':') || bare.includes('%')) return judgeAddress(bare)
  return judgeName(bare.toLowerCase())
}

function judgeName(host: string): OutboundCode | undefined {
  const name = host.endsWith('.') ? host.slice(0, -1) : host
  const labels = name.split('.')
  if (name.length > 253) return 'OUTBOUND_URL_INVALID'
  if (labels.some((label) => label.length > 63 || !LABEL.test(label))) return 'OUTBOUND_URL_INVALID'
  const last = labels.at(-1) ?? ''
  if (last === 'localhost') return 'OUTBOUND_LOOPBACK'
  if (METADATA_HOSTS.has(name)) return 'OUTBOUND_METADATA'
  // A single label is completed by the resolver's search list: always someone's inside.
  if (labels.length === 1 || LOCAL_TLDS.has(last)) return 'OUTBOUND_LOCAL_NAME'
  // A numeric last label reads as an address to some resolvers (WHATWG refuses it too).
  if (/^(?:\d+|0x[0-9a-f]*)$/.test(last)) return 'OUTBOUND_URL_INVALID'
  if (LOOPBACK_DOMAINS.some((domain) => isWithin(name, domain))) return 'OUTBOUND_WILDCARD_DNS'
  if (REBINDING_DOMAINS.some((domain) => isWithin(name, domain))) return 'OUTBOUND_WILDCARD_DNS'
  return judgeEmbedded(name, labels)
}

/** Names with an address inside: services made for it, and the look of one under any domain. */
function judgeEmbedded(name: string, labels: readonly string[]): OutboundCode | undefined {
  const service = EMBEDDING_DOMAINS.find((domain) => isWithin(name, domain))
  const quads = embeddedQuads(name)
  if (service !== undefined && name !== service) {
    const open = quads.length > 0 && quads.every((quad) => judgeAddress(quad) === undefined)
    return open ? undefined : 'OUTBOUND_WILDCARD_DNS'
  }
  const dotted = quadsOf(name, /(?<![^.])(?=(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.)/g)
  const dashed = labels.flatMap((label) =>
    quadsOf(label, /^(?:ip-)?(\d{1,3})-(\d{1,3})-(\d{1,3})-(\d{1,3})$/g),
  )
  const inside = [...dotted, ...dashed].some((quad) => INSIDE.has(judgeAddress(quad)))
  return inside ? 'OUTBOUND_WILDCARD_DNS' : undefined
}

/** Under an ordinary domain only these count: `2024-01-02-03.example.com` is a name like another. */
const INSIDE: ReadonlySet<OutboundCode | undefined> = new Set<OutboundCode | undefined>([
  'OUTBOUND_LOOPBACK',
  'OUTBOUND_PRIVATE',
  'OUTBOUND_LINK_LOCAL',
  'OUTBOUND_METADATA',
])

/** Every reading of an address in a name of a service such as nip.io: dots, dashes, eight hex digits. */
function embeddedQuads(name: string): string[] {
  const decimal = quadsOf(
    name,
    /(?<!\d)(?=(\d{1,3})[.-](\d{1,3})[.-](\d{1,3})[.-](\d{1,3})(?!\d))/g,
  )
  const hex = [...name.matchAll(/(?<![0-9a-z])([0-9a-f]{8})(?![0-9a-z])/g)].map(([, digits = '']) =>
    [0, 2, 4, 6].map((at) => Number.parseInt(digits.slice(at, at + 2), 16)).join('.'),
  )
  return [...decimal, ...hex]
}

function quadsOf(text: string, pattern: RegExp): string[] {
  return [...text.matchAll(pattern)]
    .map((match) => match.slice(1, 5).map(Number))
    .filter((parts) => parts.every((part) => part <= 255))
    .map((parts) => parts.join('.'))
}
