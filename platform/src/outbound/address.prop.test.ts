import assert from 'node:assert/strict'
import { BlockList, isIP } from 'node:net'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { judgeAddress } from './address.ts'
import { checkUrl } from './check.ts'

/**
 * The oracle: IANA's special-purpose registries written down a second time, and matched by Node's
 * BlockList instead of ipaddr.js.
 */
const V4 = `0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12
  192.0.0.0/24 192.0.2.0/24 192.31.196.0/24 192.52.193.0/24 192.88.99.0/24 192.168.0.0/16
  192.175.48.0/24 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 224.0.0.0/4 240.0.0.0/4
  168.63.129.16/32 161.26.0.0/16 166.8.0.0/14`.split(/\s+/)
const V6 = `::/8 100::/8 200::/7 400::/6 800::/5 1000::/4 2001::/23 2001:db8::/32 2002::/16
  2620:4f:8000::/48 3ffe::/16 3fff::/20 4000::/2 8000::/1`.split(/\s+/)

// One list a family: a BlockList takes an IPv4 address for the mapped one, and ::/8 would match.
const RANGES = { ipv4: blockList(V4, 'ipv4'), ipv6: blockList(V6, 'ipv6') }

function blockList(cidrs: readonly string[], family: 'ipv4' | 'ipv6'): BlockList {
  const list = new BlockList()
  for (const cidr of cidrs) {
    const [net = '', bits] = cidr.split('/')
    list.addSubnet(net, Number(bits), family)
  }
  return list
}

type Quad = [number, number, number, number]

const octet = fc.integer({ min: 0, max: 255 })
const quad = fc.tuple(octet, octet, octet, octet)

/** Any address, and as often one of a range that is not public. */
const insideQuad: fc.Arbitrary<Quad> = fc
  .tuple(fc.constantFrom(...V4), fc.nat({ max: 0xffffffff }))
  .map(([cidr, noise]) => {
    const [net = '', bits] = cidr.split('/')
    const base = net.split('.').reduce((sum, part) => sum * 256 + Number(part), 0)
    return toQuad(base + (noise % 2 ** (32 - Number(bits))))
  })

function toQuad(value: number): Quad {
  return [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256) as Quad
}

function toNumber(parts: Quad): number {
  return parts.reduce((sum, part) => sum * 256 + part, 0)
}

/** Every way of writing one number inside a dotted address. */
const radix = fc.constantFrom(
  (value: number) => String(value),
  (value: number) => `0${value.toString(8)}`,
  (value: number) => `000${value.toString(8)}`,
  (value: number) => `0x${value.toString(16)}`,
  (value: number) => `0X${value.toString(16).toUpperCase()}`,
  (value: number) => `0x0000${value.toString(16)}`,
)
const disguise = fc.constantFrom(
  (host: string) => host,
  (host: string) => `${host}.`,
  (host: string) => host.replaceAll('.', '。'),
  (host: string) => host.replaceAll('.', '．'),
  (host: string) => host.replaceAll('.', '%2e'),
  (host: string) => host.replace(/[0-9]/g, (digit) => String.fromCharCode(0xff10 + Number(digit))),
  (host: string) =>
    host.replace(/[0-9]/g, (digit) =>
      digit === '0' ? '⓪' : String.fromCharCode(0x245f + Number(digit)),
    ),
  (host: string) => host.replace(/[0-9]/g, (digit) => `%3${digit}`),
  (host: string) => `example.com@${host}`,
  (host: string) => `example.com:80@${host}`,
  (host: string) => host.replace('.', '\t.'),
  (host: string) => `${host.slice(0, 1)}\u00ad${host.slice(1)}`,
  // Those services read four decimal parts; 10000000.nip.io is 16.0.0.0.
  (host: string) => (isIP(host) ? `${host}.nip.io` : host),
  (host: string) => (isIP(host) ? `app.${host.replaceAll('.', '-')}.sslip.io` : host),
)
const embedding = fc.constantFrom(
  (high: string, low: string) => `[::ffff:${high}:${low}]`,
  (high: string, low: string) => `[0:0:0:0:0:ffff:${high}:${low}]`,
  (high: string, low: string) => `[::${high}:${low}]`,
  (high: string, low: string) => `[::ffff:0:${high}:${low}]`,
  (high: string, low: string) => `[64:ff9b::${high}:${low}]`,
  (high: string, low: string) => `[64:ff9b:1:2::${high}:${low}]`,
  (high: string, low: string) => `[2002:${high}:${low}::1]`,
  (high: string, low: string) => `[2001:0:${high}:${low}::1]`,
  (high: string, low: string) => `[2606:4700::5efe:${high}:${low}]`,
  (high: string, low: string) => `[2606:4700::200:5efe:${high}:${low}]`,
)
const shape = fc.constantFrom(
  (host: string) => `http://${host}/`,
  (host: string) => `https://${host}:8443/path?x=1#y`,
  (host: string) => `HTTP:/${host}`,
  (host: string) => `http:\\\\${host}\\`,
  (host: string) => `http:////${host}`,
)

describe('no address outside public unicast is allowed', () => {
  it('IPv4, in the resolver’s spelling', () => {
    fc.assert(
      fc.property(fc.oneof(quad, insideQuad), (parts) => {
        const address = parts.join('.')
        assert.equal(
          judgeAddress(address) === undefined,
          !RANGES.ipv4.check(address, 'ipv4'),
          address,
        )
      }),
      { numRuns: 3_000 },
    )
  })

  it('IPv6, in the resolver’s spelling', () => {
    const group = fc.integer({ min: 0, max: 0xffff })
    const first = fc.oneof(group, fc.constantFrom(0, 0x100, 0x2001, 0x2002, 0x2620, 0x3ffe, 0x3fff))
    const second = fc.oneof(group, fc.constantFrom(0, 0x1ff, 0x200, 0xdb8, 0x4f))
    fc.assert(
      fc.property(first, second, fc.array(group, { minLength: 6, maxLength: 6 }), (a, b, rest) => {
        const parts = [a, b, ...rest]
        const address = parts.map((part) => part.toString(16)).join(':')
        const isatap = parts[5] === 0x5efe && (parts[4] === 0 || parts[4] === 0x200)
        const inside = RANGES.ipv6.check(address, 'ipv6') || isatap
        assert.equal(judgeAddress(address) === undefined, !inside, address)
      }),
      { numRuns: 3_000 },
    )
  })

  it('IPv4, in any spelling, disguise and URL', () => {
    const spelled = fc
      .tuple(
        insideQuad,
        fc.array(radix, { minLength: 4, maxLength: 4 }),
        fc.integer({ min: 1, max: 4 }),
      )
      .map(([parts, radixes, count]) => {
        const tail = toNumber(parts) % 2 ** (8 * (5 - count))
        return [...parts.slice(0, count - 1), tail]
          .map((part, at) => radixes[at]?.(part) ?? String(part))
          .join('.')
      })
    fc.assert(
      fc.property(spelled, disguise, shape, (host, hide, wrap) => {
        const url = wrap(hide(host))
        assert.equal(checkUrl(url).verdict, 'refuse', url)
      }),
      { numRuns: 5_000 },
    )
  })

  it('any IPv4 inside IPv6', () => {
    fc.assert(
      fc.property(fc.oneof(quad, insideQuad), embedding, shape, ([a, b, c, d], embed, wrap) => {
        const host = embed((a * 256 + b).toString(16), (c * 256 + d).toString(16))
        assert.equal(checkUrl(wrap(host)).verdict, 'refuse', host)
      }),
      { numRuns: 2_000 },
    )
  })
})

describe('what is public stays allowed', () => {
  it('IPv4 written the ordinary way', () => {
    fc.assert(
      fc.property(quad, (parts) => {
        const address = parts.join('.')
        fc.pre(!RANGES.ipv4.check(address, 'ipv4'))
        assert.equal(checkUrl(`https://${address}/`).verdict, 'allow', address)
      }),
    )
  })

  it('any path, query and fragment of a plain host', () => {
    fc.assert(
      fc.property(fc.webUrl({ withFragments: true, withQueryParameters: true }), (url) => {
        const { search, hash, pathname } = new URL(url)
        const plain = `https://www.example.com${pathname}${search}${hash}`
        assert.equal(checkUrl(plain).verdict, 'allow', plain)
      }),
    )
  })

  it('never throws, whatever text it is given', () => {
    const text = fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme' }))
    fc.assert(
      fc.property(text, (tail) => {
        for (const url of [tail, `http://${tail}`, `http://a.com${tail}`]) checkUrl(url)
      }),
    )
  })
})
