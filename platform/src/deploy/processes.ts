import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import { sql } from 'kysely'
import type { Services } from '../app/services.ts'
import type { Color } from './record.ts'
import type { DeployTables } from './tables.ts'

const BEAT_MS = 10_000
/** Two missed beats and a moment: the process is gone, or cannot reach the database. */
const SILENT_MS = 25_000

export type ProcessRow = {
  id: string
  role: string
  release: string
  color: Color | null
  host: string
  pid: number
  startedAt: Date
  seenAt: Date
  alive: boolean
}

type Needs = Pick<Services, 'db' | 'log' | 'config' | 'role' | 'version'>

/**
 * Says that this process runs and which release it is, until it ends.
 * @example
 * services.onClose('process row', startBeating(services))
 */
export function startBeating(services: Needs): () => Promise<void> {
  const { db, log, config, role, version } = services
  const id = randomUUID()
  const { release = version, color } = config.deploy
  const beat = async () => {
    await sql`
      insert into minato.processes (id, role, release, color, host, pid, started_at, seen_at)
      values (${id}, ${role}, ${release}, ${color ?? null}, ${hostname()}, ${process.pid}, now(), now())
      on conflict (id) do update set seen_at = now()`.execute(db)
    await sql`delete from minato.processes where seen_at < now() - interval '1 hour'`.execute(db)
  }
  let running = Promise.resolve()
  const round = () => {
    running = running.then(beat).catch((error: unknown) => {
      log.warn('process.beat_failed', { err: error })
    })
  }
  round()
  const timer = setInterval(round, BEAT_MS)
  return async () => {
    clearInterval(timer)
    await running
    await sql`delete from minato.processes where id = ${id}`.execute(db)
  }
}

/** Every process that runs or was heard of in the last hour, the living first. */
export async function listProcesses({ db }: Pick<Services, 'db'>): Promise<ProcessRow[]> {
  const rows = await db
    .withTables<DeployTables>()
    .selectFrom('minato.processes')
    .selectAll()
    .select(sql<number>`(extract(epoch from now() - seen_at) * 1000)::float8`.as('silent'))
    .orderBy('role')
    .orderBy('started_at', 'desc')
    .execute()
  return rows
    .map(({ started_at, seen_at, silent, ...row }) => ({
      ...row,
      startedAt: started_at,
      seenAt: seen_at,
      alive: silent < SILENT_MS,
    }))
    .sort((a, b) => Number(b.alive) - Number(a.alive))
}
