import type { ImportInput, ImportReport, ImportTable, StateImport } from '@minato/platform/app'
import { type Database, transact } from '@minato/platform/data'
import type { ConsoleServices } from '../config.ts'
import { remoteHosts } from '../remote/remote-hosts.ts'
import { decideAllowList } from './allow-list.ts'
import { decideCredentials } from './credentials.ts'
import type { Decision, ImportContext } from './decision.ts'
import { importErrors } from './errors.ts'
import { decideGithubToken } from './github-token.ts'
import { decideLeftTables } from './left-tables.ts'
import { nextSteps } from './next-steps.ts'
import { decideRemoteServers } from './remote-servers.ts'
import { openStateFile, type StateFile } from './state-file.ts'

type Decided = { table: string; found: number; decisions: Decision[] }

/** In this order: servers need hosts, credentials need servers. */
const TAKEN: [string, (context: ImportContext) => Promise<Decision[]>][] = [
  ['gateway_allowlist', decideAllowList],
  ['remote_servers', decideRemoteServers],
  ['credentials', decideCredentials],
  ['github_tokens', decideGithubToken],
]

/** `minato import mcp-console-state FILE`: the state.db of the console this one replaces. */
export const stateImport: StateImport<ConsoleServices> = {
  title: { en: "The old MCP console's state.db", ja: '旧 MCP コンソールの state.db' },
  async run(services, input) {
    const file = await openStateFile(input.file)
    try {
      return await importState(services, file, input)
    } finally {
      file.close()
    }
  },
}

async function importState(
  services: ConsoleServices,
  file: StateFile,
  input: ImportInput,
): Promise<ImportReport> {
  const planned = await decideAll(services, file, services.db, input)
  if (!input.apply) return report(planned, { applied: false, proven: false })
  if (input.ownerId === undefined && takesAnything(planned)) {
    throw importErrors.MCP_CONSOLE_STATE_OWNER_MISSING()
  }
  return await transact(services.db, async (db) => {
    // Decided anew in the transaction: between a plan and its writing somebody may have been faster.
    const decided = await decideAll(services, file, db, input)
    for (const decision of decided.flatMap(({ decisions }) => decisions)) {
      if (decision.fate === 'take') await decision.write(db)
    }
    const proven = proves(decided, await decideAll(services, file, db, input))
    const done = report(decided, { applied: true, proven })
    await services.audit.record(
      {
        actorId: input.ownerId ?? null,
        action: 'mcp-console.state.import',
        target: 'mcp-console:state',
        metadata: { by: input.actor, proven, tables: counts(done) },
      },
      db,
    )
    return done
  })
}

async function decideAll(
  services: ConsoleServices,
  file: StateFile,
  db: Database,
  { ownerId, fernetKeys }: ImportInput,
): Promise<Decided[]> {
  const hosts = await remoteHosts({ ...services, db })
  const context: ImportContext = {
    ...{ services, file, db, ownerId, fernetKeys, hosts },
    servers: new Map(),
  }
  const decided: Decided[] = []
  for (const [table, decide] of TAKEN) {
    if (!file.tables.includes(table)) continue
    decided.push({ table, found: file.count(table), decisions: await decide(context) })
  }
  const names = TAKEN.map(([table]) => table)
  const left = decideLeftTables(context, names)
  return [...decided, ...left.map((entry) => ({ ...entry, found: file.count(entry.table) }))]
}

function takesAnything(decided: readonly Decided[]): boolean {
  return decided.some(({ decisions }) => decisions.some(({ fate }) => fate === 'take'))
}

/**
 * Each row is accounted for, and a second look finds as there what the first took, and nothing more
 * to take.
 */
function proves(first: readonly Decided[], second: readonly Decided[]): boolean {
  return first.every(({ table, found, decisions }) => {
    const again = second.find((entry) => entry.table === table)?.decisions ?? []
    const count = (list: readonly Decision[], fate: Decision['fate']) =>
      list.filter((decision) => decision.fate === fate).length
    return (
      decisions.length === found &&
      count(again, 'take') === 0 &&
      count(again, 'already') === count(decisions, 'take') + count(decisions, 'already')
    )
  })
}

function report(
  decided: readonly Decided[],
  how: { applied: boolean; proven: boolean },
): ImportReport {
  const tables = decided.map(({ table, found, decisions }): ImportTable => {
    const left = decisions.flatMap((decision) =>
      decision.fate === 'leave'
        ? [
            {
              id: decision.id,
              reason: decision.reason,
              detail: { en: decision.en, ja: decision.ja },
            },
          ]
        : [],
    )
    const taken = decisions.filter(({ fate }) => fate === 'take').length
    const already = decisions.filter(({ fate }) => fate === 'already').length
    return { table, found, taken, already, left }
  })
  return { ...how, tables, next: nextSteps(tables, how.applied) }
}

function counts({ tables }: ImportReport): Record<string, string> {
  return Object.fromEntries(
    tables.map(({ table, found, taken, already, left }) => [
      table,
      `found ${found}, taken ${taken}, there ${already}, left ${left.length}`,
    ]),
  )
}
