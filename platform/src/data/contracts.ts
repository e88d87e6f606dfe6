import { dataErrors } from './errors.ts'
import type { Migration } from './migrations.ts'

/** What the rule needs to know of each migration of a release, applied or not. */
export type ContractState = Pick<Migration, 'owner' | 'id' | 'kind' | 'contracts'> & {
  appliedAt: Date | null
  /** The release that applied it; null when that was not recorded. */
  release: string | null
}

export type ContractFault = {
  /** The contract migration, `owner/id`. */
  migration: string
  /** What it contracts. */
  contracted: string
  reason: 'unknown' | 'same-release' | 'never-in-service'
}

export type ReleaseHistory = {
  /** The release that is about to migrate; undefined when it has no name. */
  release?: string | undefined
  /** Releases that have served people to the end of their deploy, and the one that serves now. */
  served?: readonly string[] | undefined
}

const HEADER = /^\s*--\s*contracts:\s*(.+?)\s*$/im

/**
 * The migrations a contract file says it completes: its line `-- contracts: <id>[, <owner>/<id>]`.
 * @example
 * contractsOf('shop', '-- contracts: 20261201000000_total\nalter table …') // ['shop/20261201000000_total']
 */
export function contractsOf(owner: string, sql: string): string[] {
  const names = HEADER.exec(sql)?.[1]?.split(/[\s,]+/) ?? []
  return names
    .filter((name) => name !== '')
    .map((name) => (name.includes('/') ? name : `${owner}/${name}`))
}

/**
 * Which pending contract migrations would take away what a release that still runs, or that one may
 * have to go back to, was written for. A contract migration may be applied when everything it
 * contracts was applied by an earlier release, and that release has been in service: the code
 * before this one then already lives without the old shape. An empty database has no code before it.
 */
export function contractFaults(
  states: readonly ContractState[],
  { release, served }: ReleaseHistory,
): ContractFault[] {
  if (states.every(({ appliedAt }) => appliedAt === null)) return []
  const known = new Map(states.map((state) => [`${state.owner}/${state.id}`, state]))
  const pending = states.filter(({ kind, appliedAt }) => kind === 'contract' && appliedAt === null)
  return pending.flatMap((state) =>
    state.contracts.flatMap((contracted) => {
      const reason = reasonAgainst(known.get(contracted), release, served)
      return reason === undefined
        ? []
        : [{ migration: `${state.owner}/${state.id}`, contracted, reason }]
    }),
  )
}

function reasonAgainst(
  expanded: ContractState | undefined,
  release: string | undefined,
  served: readonly string[] | undefined,
): ContractFault['reason'] | undefined {
  if (expanded === undefined || expanded.kind !== 'expand') return 'unknown'
  if (expanded.appliedAt === null) return 'same-release'
  // Applied by hand, or before releases were recorded: it is older than this release.
  if (expanded.release === null) return undefined
  if (expanded.release === release) return 'same-release'
  if (served !== undefined && !served.includes(expanded.release)) return 'never-in-service'
  return undefined
}

const REASONS: Record<ContractFault['reason'], { en: string; ja: string }> = {
  unknown: {
    en: 'is no expand migration of this checkout',
    ja: 'はこの版にない expand マイグレーションです',
  },
  'same-release': {
    en: 'comes with the same release: the release that still runs needs the old shape',
    ja: 'が同じリリースに含まれています。稼働中のリリースはまだ古い形を必要としています',
  },
  'never-in-service': {
    en: 'was applied by a release that never stayed in service',
    ja: 'を適用したリリースは、最後まで稼働したことがありません',
  },
}

/** One sentence a fault, for people. */
export function describeFault({ migration, contracted, reason }: ContractFault) {
  return {
    en: `${migration} contracts ${contracted}, which ${REASONS[reason].en}`,
    ja: `${migration} が取り除く ${contracted} ${REASONS[reason].ja}`,
  }
}

/** @throws {MinatoError} DATA_CONTRACT_TOO_EARLY naming every fault. */
export function refuseEarlyContracts(
  states: readonly ContractState[],
  history: ReleaseHistory,
): void {
  const faults = contractFaults(states, history)
  if (faults.length === 0) return
  const reason = faults.map((fault) => describeFault(fault).en).join('; ')
  throw dataErrors.DATA_CONTRACT_TOO_EARLY({ reason })
}
