import { lookup, Resolver } from 'node:dns/promises'
import { networkInterfaces } from 'node:os'
import { isAddress, judgeAddress, sameAddress } from './address.ts'
import type { OutboundCode } from './error-table.ts'
import { OutboundError } from './errors.ts'
import { judgeHost } from './host.ts'

/** Who named the host: `config` an operator, `user` anyone else, a remote server included. */
export type Trust = 'config' | 'user'

/** One answer of a name server. */
export type ResolvedAddress = { address: string; family: number }

/** Looks a name up, A and AAAA both. Passed in by tests; the system's resolver otherwise. */
export type Resolve = (host: string) => Promise<readonly ResolvedAddress[]>

/** How addresses are looked up and which are let through although they are not public. */
export type ResolverOptions = {
  resolve?: Resolve
  /** For tests alone: takes a loopback address for a public one. */
  treatAsPublic?: (address: string) => boolean
  /** For tests alone: name servers instead of the system's, as `ip:port`. */
  servers?: readonly string[]
}

/**
 * The addresses that may be dialled for a host. For a user every single one must be public: one
 * private address among them is an attack or a mistake, not a choice.
 *
 * @throws OutboundError with the rule's code, or OUTBOUND_DNS_FAILED
 */
export async function resolveHost(
  host: string,
  trust: Trust,
  options: ResolverOptions,
): Promise<ResolvedAddress[]> {
  const refusal = trust === 'user' ? judgeHost(host) : undefined
  if (refusal) throw new OutboundError(refusal, host)
  if (isAddress(host)) return [{ address: host, family: host.includes(':') ? 6 : 4 }]
  const addresses = await look(host, trust, options)
  if (trust === 'config') return addresses
  for (const { address } of addresses) {
    const code = judgeDialled(address, options)
    if (code) throw new OutboundError(code, host)
  }
  return addresses
}

/** The rule an address breaks that was resolved, or that a socket reached. */
export function judgeDialled(address: string, options: ResolverOptions): OutboundCode | undefined {
  if (options.treatAsPublic?.(address)) return undefined
  return judgeAddress(address) ?? (isOwnAddress(address) ? 'OUTBOUND_OWN_ADDRESS' : undefined)
}

async function look(
  host: string,
  trust: Trust,
  { resolve, servers }: ResolverOptions,
): Promise<ResolvedAddress[]> {
  try {
    const ask = resolve ?? (trust === 'user' ? askNameServers(servers) : askSystem)
    const found = await ask(host)
    if (found.length > 0) return found.map(({ address, family }) => ({ address, family }))
  } catch (error) {
    const absent = error instanceof Error && 'code' in error && ABSENT.has(error.code)
    throw new OutboundError('OUTBOUND_DNS_FAILED', host, { cause: error, retryable: !absent })
  }
  throw new OutboundError('OUTBOUND_DNS_FAILED', host, { retryable: false })
}

/** The name is not there, and will not be in a second. */
const ABSENT: ReadonlySet<unknown> = new Set(['ENOTFOUND', 'ENODATA', 'EBADNAME', 'EFORMERR'])

/** An operator's name: hosts file, search list and all. */
const askSystem: Resolve = (host) => lookup(host, { all: true, order: 'verbatim' })

/**
 * A user's name: A and AAAA from the name servers, as an absolute name. No hosts file and no search
 * list, which would complete it to something inside; and no libuv thread, of which there are four:
 * a few slow name servers would stop every file access of the process.
 */
function askNameServers(servers?: readonly string[]): Resolve {
  return async (host) => {
    const resolver = new Resolver({ timeout: 2_000, tries: 2 })
    if (servers) resolver.setServers(servers)
    const [four, six] = await Promise.allSettled([resolver.resolve4(host), resolver.resolve6(host)])
    // A broken AAAA beside a good A is common, and only what was answered is dialled.
    if (four.status === 'rejected' && six.status === 'rejected') throw four.reason
    return [
      ...(six.status === 'fulfilled' ? six.value.map((address) => ({ address, family: 6 })) : []),
      ...(four.status === 'fulfilled' ? four.value.map((address) => ({ address, family: 4 })) : []),
    ]
  }
}

/** A public address of this very machine leads back to what listens on 0.0.0.0. */
function isOwnAddress(address: string): boolean {
  return Object.values(networkInterfaces()).some((list) =>
    list?.some((entry) => sameAddress(entry.address, address)),
  )
}
