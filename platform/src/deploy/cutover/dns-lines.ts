import { Resolver } from 'node:dns/promises'
import { networkInterfaces } from 'node:os'
import { type Line, type LineWords, lineOf } from './line.ts'

export type DnsOptions = {
  host: string
  /** Servers to ask, `address` or `address:port`; empty: the ones that are in charge of the name. */
  resolvers: readonly string[]
  /** Where the name must point; empty: the addresses of this machine. */
  addresses: readonly string[]
  maxTtl: number
}

type DnsRecord = { address: string; ttl: number }

const TTL: LineWords = {
  id: 'dns.ttl',
  title: { en: 'The name has a short time to live', ja: '名前の TTL が短い' },
  mend: {
    en: 'Lower the TTL of the A and AAAA records at the DNS provider, and wait for as long as the old TTL was.',
    ja: 'DNS の A・AAAA レコードの TTL を短くし、以前の TTL の時間だけ待ってください。',
  },
}
const POINTS: LineWords = {
  id: 'dns.points-here',
  title: { en: 'The name points here', ja: '名前がこのサーバーを指している' },
  mend: {
    en: 'Set the A and AAAA records to this machine (name its public address with --address), and remove the others.',
    ja: 'A・AAAA レコードをこのサーバーに向け（公開アドレスは --address で指定）、他のものを削除してください。',
  },
}
const TIMEOUT_MS = 3000

/** Both lines come of one question; the answer is that of who is in charge, not of a cache. */
export async function dnsLines(options: DnsOptions): Promise<Line[]> {
  const asked = recordsOf(options)
  // Both lines report its failure; neither leaves it unheard.
  asked.catch(() => undefined)
  return [
    await lineOf(TTL, async () => {
      const { records, asked: servers } = await asked
      const longest = Math.max(...records.map(({ ttl }) => ttl))
      const evidence = `TTL ${longest} s (at most ${options.maxTtl} s), asked of ${servers}`
      return { status: longest <= options.maxTtl ? 'pass' : 'fail', evidence }
    }),
    await lineOf(POINTS, async () => {
      const { records } = await asked
      const here = options.addresses.length > 0 ? options.addresses : ownAddresses()
      const elsewhere = records.filter(({ address }) => !here.includes(address))
      const evidence = `${options.host} → ${records.map(({ address }) => address).join(', ')}; here is ${here.join(', ') || 'no public address'}`
      return { status: elsewhere.length === 0 ? 'pass' : 'fail', evidence }
    }),
  ]
}

async function recordsOf({ host, resolvers }: DnsOptions) {
  const servers = resolvers.length > 0 ? [...resolvers] : await serversInCharge(host)
  const resolver = new Resolver({ timeout: TIMEOUT_MS, tries: 2 })
  if (servers.length > 0) resolver.setServers(servers)
  const [four, six] = await Promise.allSettled([
    resolver.resolve4(host, { ttl: true }),
    resolver.resolve6(host, { ttl: true }),
  ])
  const records: DnsRecord[] = [four, six].flatMap((answer) =>
    answer.status === 'fulfilled' ? answer.value : [],
  )
  if (records.length === 0) {
    throw four.status === 'rejected' ? four.reason : new Error(`${host} has no address`)
  }
  return { records, asked: servers.join(', ') || resolver.getServers().join(', ') }
}

/** The name servers of the closest zone above the name. */
async function serversInCharge(host: string): Promise<string[]> {
  const resolver = new Resolver({ timeout: TIMEOUT_MS, tries: 2 })
  const labels = host.split('.')
  for (let from = 0; from < labels.length - 1; from += 1) {
    const names = await resolver.resolveNs(labels.slice(from).join('.')).catch(() => [])
    const addresses = await Promise.all(
      names.map((name) => resolver.resolve4(name).catch(() => [])),
    )
    if (addresses.flat().length > 0) return addresses.flat()
  }
  return []
}

function ownAddresses(): string[] {
  return Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .filter(({ internal, address }) => !internal && !address.startsWith('fe80:'))
    .map(({ address }) => address)
}
