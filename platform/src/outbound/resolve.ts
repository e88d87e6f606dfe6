import { lookup } from 'node:dns/promises'
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
  const addresses = await look(host, trust, options.resolve)
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

async function look(host: string, trust: Trust, resolve?: Resolve): Promise<ResolvedAddress[]> {
  try {
    const found = await (resolve ?? systemResolve(trust))(host)
    if (found.length > 0) return found.map(({ address, family }) => ({ address, family }))
  } catch (error) {
    const absent = error instanceof Error && 'code' in error && error.code === 'ENOTFOUND'
    throw new OutboundError('OUTBOUND_DNS_FAILED', host, { cause: error, retryable: !absent })
  }
  throw new OutboundError('OUTBOUND_DNS_FAILED', host, { retryable: false })
}

/** A user's name gets a final dot: the search list of resolv.conf must not complete it. */
function systemResolve(trust: Trust): Resolve {
  return (host) =>
    lookup(trust === 'user' && !host.endsWith('.') ? `${host}.` : host, {
      all: true,
      order: 'verbatim',
    })
}

/** A public address of this very machine leads back to what listens on 0.0.0.0. */
function isOwnAddress(address: string): boolean {
  return Object.values(networkInterfaces()).some((list) =>
    list?.some((entry) => sameAddress(entry.address, address)),
  )
}
