import type { BackupDeps } from './context.ts'
import { headerOf, publishedIds } from './list-store.ts'
import { MANIFEST } from './manifest.ts'
import { openStore } from './open-store.ts'
import type { BackupStore } from './store.ts'
import type { BackupTables } from './tables.ts'

const DAY_MS = 86_400_000
/** No backup takes longer: what has no manifest by then never gets one. */
const UNFINISHED_MS = DAY_MS

/**
 * Brings rows and store together: backups that this database does not know (it was restored, or
 * another process made them) get a row; rows whose backup is gone, or whose process died, say so.
 */
export async function reconcile(deps: BackupDeps, store: BackupStore): Promise<string[]> {
  const db = deps.db.withTables<BackupTables>()
  const published = await publishedIds(store)
  const rows = await db
    .selectFrom('minato.backups')
    .select(['id', 'state', 'started_at'])
    .where('place', '=', store.place)
    .execute()
  const known = new Map(rows.map((row) => [row.id, row]))
  for (const id of published) if (!known.has(id)) await adopt(deps, store, id)
  const there = new Set(published)
  for (const { id, state, started_at } of rows) {
    const row = db.updateTable('minato.backups').where('id', '=', id)
    if (state === 'done' && !there.has(id)) await row.set({ state: 'deleted' }).execute()
    const over = deps.clock() - started_at.getTime() > UNFINISHED_MS
    if (state === 'running' && over) {
      await row.set({ state: 'failed', error_code: 'BACKUP_INTERRUPTED' }).execute()
    }
  }
  return published
}

async function adopt(deps: BackupDeps, store: BackupStore, id: string): Promise<void> {
  const header = await headerOf(store, id).catch(() => undefined)
  // A damaged manifest stays in the store, for people to look at; the drill says what is wrong with it.
  if (header === undefined) return
  const at = new Date(header.snapshotAt)
  await deps.db
    .withTables<BackupTables>()
    .insertInto('minato.backups')
    .values({
      ...{ id, state: 'done', reason: header.reason, note: header.note, place: store.place },
      ...{ started_at: at, finished_at: at, snapshot_at: at, bytes: header.bytes },
      ...{ release: header.release, key_ids: [header.keyId] },
    })
    .onConflict((conflict) => conflict.column('id').doNothing())
    .execute()
}

/**
 * Deletes backups older than `BACKUP_RETENTION_DAYS`, and what interrupted ones left. The newest
 * backup and the newest proven one are never deleted, however old they are.
 */
export async function applyRetention(deps: BackupDeps): Promise<{ deleted: string[] }> {
  const store = await openStore(deps)
  const published = await reconcile(deps, store)
  const keep = new Set([published[0], await newestProven(deps, published)])
  const before = deps.clock() - deps.config.backup.retentionDays * DAY_MS
  const deleted: string[] = []
  for (const id of published) {
    if (keep.has(id) || timeOf(id) >= before) continue
    await remove(store, id)
    await deps.db
      .withTables<BackupTables>()
      .updateTable('minato.backups')
      .set({ state: 'deleted' })
      .where('id', '=', id)
      .execute()
    deleted.push(id)
  }
  await sweepUnfinished(deps, store, published)
  if (deleted.length > 0) deps.log.info('backup.expired', { deleted })
  return { deleted }
}

async function newestProven(
  { db }: BackupDeps,
  published: readonly string[],
): Promise<string | undefined> {
  if (published.length === 0) return undefined
  const row = await db
    .withTables<BackupTables>()
    .selectFrom('minato.drills')
    .select('backup_id')
    .where('state', '=', 'passed')
    .where('backup_id', 'in', published)
    .orderBy('backup_id', 'desc')
    .limit(1)
    .executeTakeFirst()
  return row?.backup_id ?? undefined
}

/** The manifest goes first: from then on the backup is not listed any more. */
async function remove(store: BackupStore, id: string): Promise<void> {
  await store.delete(`${id}/${MANIFEST}`)
  for (const name of await store.list(id)) await store.delete(name)
}

async function sweepUnfinished(
  { clock }: BackupDeps,
  store: BackupStore,
  published: readonly string[],
): Promise<void> {
  const done = new Set(published)
  for (const name of await store.list()) {
    const id = name.split('/', 1)[0] ?? ''
    if (done.has(id) || clock() - timeOf(id) < UNFINISHED_MS) continue
    await store.delete(name)
  }
}

/** `20261122T030000Z-…` → milliseconds; what is no id is as young as can be, and stays. */
function timeOf(id: string): number {
  const [, y, mo, d, h, mi, s] = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z-/.exec(id) ?? []
  return y === undefined ? Number.POSITIVE_INFINITY : Date.parse(`${y}-${mo}-${d}T${h}:${mi}:${s}Z`)
}
