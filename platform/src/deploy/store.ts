import { type Selectable, sql } from 'kysely'
import type { Database } from '../data/index.ts'
import type { DeployRecord } from './record.ts'
import type { DeployTables } from './tables.ts'

type Page = { items: DeployRecord[]; nextCursor: string | null }

/**
 * Keeps what the deployer tells; told again, the newer replaces the older. A deploy that has ended
 * does not begin to run again because an older message arrived late.
 */
export async function recordDeploy(db: Database, record: DeployRecord): Promise<void> {
  const row = {
    kind: record.kind,
    release: record.release,
    color: record.color,
    previous_release: record.previous.release,
    previous_color: record.previous.color,
    state: record.state,
    reason: record.reason === null ? null : JSON.stringify(record.reason),
    deployed_by: record.by,
    started_at: new Date(record.startedAt),
    ended_at: record.endedAt === null ? null : new Date(record.endedAt),
    migrations: record.migrations,
    contracts: record.contracts,
    steps: JSON.stringify(record.steps),
  }
  await db
    .withTables<DeployTables>()
    .insertInto('minato.deploys')
    .values({ id: record.id, ...row })
    .onConflict((conflict) =>
      conflict.column('id').doUpdateSet(row).where('minato.deploys.ended_at', 'is', null),
    )
    .execute()
}

/** Deploys and rollbacks, newest first. */
export async function listDeploys(
  db: Database,
  options: { limit: number; cursor?: string | undefined },
): Promise<Page> {
  const [at, id] = options.cursor?.split('_') ?? []
  let query = db.withTables<DeployTables>().selectFrom('minato.deploys').selectAll()
  if (at !== undefined && id !== undefined) {
    query = query.where(sql<boolean>`(started_at, id) < (${new Date(Number(at))}, ${id}::uuid)`)
  }
  const rows = await query
    .orderBy('started_at', 'desc')
    .orderBy('id', 'desc')
    .limit(options.limit + 1)
    .execute()
  const items = rows.slice(0, options.limit).map(recordOf)
  const last = items.at(-1)
  const more = rows.length > options.limit && last !== undefined
  return { items, nextCursor: more ? `${Date.parse(last.startedAt)}_${last.id}` : null }
}

/** One deploy, or undefined. */
export async function findDeploy(db: Database, id: string): Promise<DeployRecord | undefined> {
  const row = await db
    .withTables<DeployTables>()
    .selectFrom('minato.deploys')
    .selectAll()
    .where('id', '=', id)
    .executeTakeFirst()
  return row === undefined ? undefined : recordOf(row)
}

function recordOf(row: Selectable<DeployTables['minato.deploys']>): DeployRecord {
  return {
    id: row.id,
    kind: row.kind,
    release: row.release,
    color: row.color,
    previous: { release: row.previous_release, color: row.previous_color },
    state: row.state,
    reason: row.reason,
    by: row.deployed_by,
    startedAt: row.started_at.toISOString(),
    endedAt: row.ended_at?.toISOString() ?? null,
    migrations: row.migrations,
    contracts: row.contracts,
    steps: row.steps,
  }
}

/** Releases that stayed in service to the end of their deploy; undefined where none is recorded. */
export async function servedReleases(
  db: Database,
  serving: string | undefined,
): Promise<string[] | undefined> {
  const { rows } = await sql<{ present: boolean }>`
    select to_regclass('minato.deploys') is not null as present`.execute(db)
  if (rows[0]?.present !== true) return serving === undefined ? undefined : [serving]
  const finished = await db
    .withTables<DeployTables>()
    .selectFrom('minato.deploys')
    .select(['release', 'previous_release'])
    .where('state', '=', 'finished')
    .execute()
  const names = finished.flatMap((row) => [row.release, row.previous_release])
  if (serving !== undefined) names.push(serving)
  return names.length === 0 ? undefined : [...new Set(names)]
}
