import type { Kysely } from 'kysely'
import type { Database } from '../data/index.ts'
import { sanitizeValue } from '../log/index.ts'
import type { AuthTables } from './tables.ts'
import type { Actor } from './types.ts'

/** One act: who did what to what, from where. */
export type AuditEntry = {
  /** A user's id, `cli`, `system`; null when nobody is known (a failed sign-in). */
  actorId: string | null
  actorEmail?: string | undefined
  /** `<thing>.<act>`, for example `user.disable`. */
  action: string
  /** `<kind>:<id>`, for example `user:5b0c…`. */
  target?: string | undefined
  ip?: string | undefined
  requestId?: string | undefined
  metadata?: Record<string, unknown> | undefined
}

export type AuditFilter = {
  actorId?: string | undefined
  /** An action, or a family of them: `user.*`. */
  action?: string | undefined
  target?: string | undefined
  from?: Date | undefined
  to?: Date | undefined
  cursor?: string | undefined
  limit?: number | undefined
}

export type AuditRow = {
  id: number
  at: Date
  actorId: string | null
  actorEmail: string | null
  action: string
  target: string | null
  ip: string | null
  requestId: string | null
  metadata: Record<string, unknown> | null
}

export type AuditLog = {
  /** Adds a row, in the caller's transaction when one is given. Secrets in `metadata` are masked. */
  record(entry: AuditEntry, tx?: Kysely<never> | Kysely<AuthTables> | Database): Promise<void>
  list(filter: AuditFilter): Promise<{ items: AuditRow[]; nextCursor: string | null }>
}

const MAX_PAGE = 200

/**
 * The append-only trail. The database refuses to change or remove a row, whoever asks.
 *
 * @example
 * await audit.record({ actorId: principal.userId, action: 'lane.set', target: 'lane:main', ip }, tx)
 */
export function createAuditLog(deps: { db: Database; clock: () => number }): AuditLog {
  const db = deps.db.withTables<AuthTables>()
  return {
    async record(entry, tx) {
      const target = tx === undefined ? db : (tx as Database).withTables<AuthTables>()
      await target
        .insertInto('minato.audit_log')
        .values({
          at: new Date(deps.clock()),
          actor_id: entry.actorId,
          actor_email: entry.actorEmail ?? null,
          action: entry.action,
          target: entry.target ?? null,
          ip: entry.ip ?? null,
          request_id: entry.requestId ?? null,
          metadata:
            entry.metadata === undefined ? null : JSON.stringify(sanitizeValue(entry.metadata)),
        })
        .execute()
    },
    list: (filter) => listAudit(db, filter),
  }
}

async function listAudit(db: Kysely<AuthTables>, filter: AuditFilter) {
  const limit = Math.min(Math.max(filter.limit ?? 50, 1), MAX_PAGE)
  let query = db
    .selectFrom('minato.audit_log')
    .selectAll()
    .orderBy('id', 'desc')
    .limit(limit + 1)
  if (filter.actorId !== undefined) query = query.where('actor_id', '=', filter.actorId)
  if (filter.target !== undefined) query = query.where('target', '=', filter.target)
  if (filter.from !== undefined) query = query.where('at', '>=', filter.from)
  if (filter.to !== undefined) query = query.where('at', '<', filter.to)
  const cursor = Number(filter.cursor)
  if (filter.cursor !== undefined && Number.isSafeInteger(cursor)) {
    query = query.where('id', '<', cursor)
  }
  if (filter.action?.endsWith('.*')) {
    // A range, not LIKE: the index serves it, and nothing in the text is a wildcard.
    const family = filter.action.slice(0, -1)
    query = query.where('action', '>=', family).where('action', '<', `${family}\u{10ffff}`)
  } else if (filter.action !== undefined) {
    query = query.where('action', '=', filter.action)
  }
  const rows = await query.execute()
  const items = rows.slice(0, limit).map((row) => ({
    id: row.id,
    at: row.at,
    actorId: row.actor_id,
    actorEmail: row.actor_email,
    action: row.action,
    target: row.target,
    ip: row.ip,
    requestId: row.request_id,
    metadata: row.metadata,
  }))
  const last = items.at(-1)
  return { items, nextCursor: rows.length > limit && last ? String(last.id) : null }
}

/** The part of an entry that says who acts. */
export function by(actor: Actor): Pick<AuditEntry, 'actorId' | 'actorEmail' | 'ip' | 'requestId'> {
  return {
    actorId: actor.id,
    actorEmail: actor.email,
    ip: actor.ip,
    requestId: actor.requestId,
  }
}
