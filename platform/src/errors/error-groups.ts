import { createHash } from 'node:crypto'
import { type Kysely, sql } from 'kysely'
import { type Logger, sanitize } from '../log/index.ts'
import type { Metrics } from '../observe/index.ts'
import type { EndedRequest, Sentry, Where } from './sentry.ts'

export type ErrorTables = {
  'minato.error_groups': {
    fingerprint: string
    name: string
    message: string
    source: string
    route: string | null
    stack: string
    count: number
    first_seen: Date
    last_seen: Date
    last_release: string
    last_request_id: string | null
    resolved_at: Date | null
  }
  'minato.error_group_users': { fingerprint: string; user_id: string }
}

/** Receives errors nobody expected. Never throws and never delays the answer. */
export type ErrorReporter = {
  capture(error: unknown, where?: Where): void
  /** Resolves when everything captured so far is stored: for shutdown and tests. */
  flush(): Promise<void>
  /** Where requests are told of, if anywhere. */
  request?: (ended: EndedRequest) => void
}

/**
 * Groups unexpected errors: the same bug is one group across releases and line shifts.
 *
 * @example
 * const errors = createErrorReporter({ db, log, clock: Date.now, release: '0.1.0' })
 * errors.capture(new TypeError('x is undefined'), { route: '/api/chatbot/usage' })
 */
export function createErrorReporter(deps: {
  db: Kysely<unknown>
  log: Logger
  clock: () => number
  release: string
  metrics?: Pick<Metrics, 'counter'>
  sentry?: Sentry | undefined
}): ErrorReporter {
  const db = deps.db.withTables<ErrorTables>()
  const unexpected = deps.metrics?.counter({
    name: 'errors_unexpected_total',
    help: 'Errors that nobody foresaw.',
  })
  const pending = new Set<Promise<void>>()
  return {
    capture(error, where = {}) {
      deps.log.error('error.unexpected', { err: error, ...where })
      unexpected?.inc()
      deps.sentry?.error(error, where, fingerprintOf(asError(error)))
      const storing = store(db, error, where, deps).catch((cause) => {
        deps.log.error('error.not_stored', { err: cause })
      })
      pending.add(storing)
      void storing.finally(() => pending.delete(storing))
    },
    async flush() {
      await Promise.all([...pending, deps.sentry?.flush()])
    },
    ...(deps.sentry?.request === undefined ? {} : { request: deps.sentry.request }),
  }
}

async function store(
  db: Kysely<ErrorTables>,
  thrown: unknown,
  where: Where,
  deps: { clock: () => number; release: string },
): Promise<void> {
  const error = asError(thrown)
  const now = new Date(deps.clock())
  const fingerprint = fingerprintOf(error)
  await db
    .insertInto('minato.error_groups')
    .values({
      fingerprint,
      name: error.name,
      message: sanitize(error.message).slice(0, 500),
      source: frames(error)[0] ?? 'unknown',
      route: where.route ?? null,
      stack: sanitize(error.stack ?? '').slice(0, 8000),
      count: 1,
      first_seen: now,
      last_seen: now,
      last_release: deps.release,
      last_request_id: where.requestId ?? null,
      resolved_at: null,
    })
    .onConflict((conflict) =>
      conflict.column('fingerprint').doUpdateSet({
        count: sql`minato.error_groups.count + 1`,
        last_seen: now,
        last_release: deps.release,
        last_request_id: where.requestId ?? null,
        resolved_at: null,
      }),
    )
    .execute()
  if (where.userId === undefined) return
  await db
    .insertInto('minato.error_group_users')
    .values({ fingerprint, user_id: where.userId })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
}

function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown))
}

/**
 * Name, message without its numbers and quoted parts, and the functions on the stack: line numbers
 * move with every release and must not open a new group.
 */
export function fingerprintOf(error: Error): string {
  const shape = error.message.replace(/'[^']*'|"[^"]*"|`[^`]*`|[0-9a-f-]{8,}|\d+/gi, '?')
  const functions = frames(error)
    .slice(0, 5)
    .map((frame) => frame.replace(/:\d+(:\d+)?\)?$/, ''))
  return createHash('sha256')
    .update([error.name, shape, ...functions].join('\n'))
    .digest('hex')
}

/** Stack lines inside this code base, as `function (file:line)` relative to the working folder. */
function frames(error: Error): string[] {
  return (error.stack ?? '')
    .split('\n')
    .filter((line) => line.trimStart().startsWith('at ') && !/node:|node_modules/.test(line))
    .map((line) => line.trim().slice(3).replace('file://', '').replace(`${process.cwd()}/`, ''))
}

export async function listErrorGroups(db: Kysely<unknown>, options: { limit: number }) {
  return await db
    .withTables<ErrorTables>()
    .selectFrom('minato.error_groups as g')
    .select((eb) => [
      'fingerprint',
      'name',
      'message',
      'source',
      'route',
      'stack',
      'count',
      'first_seen',
      'last_seen',
      'last_release',
      'last_request_id',
      'resolved_at',
      eb
        .selectFrom('minato.error_group_users as u')
        .whereRef('u.fingerprint', '=', 'g.fingerprint')
        .select((inner) => inner.fn.countAll<number>().as('n'))
        .as('users'),
    ])
    .orderBy('last_seen', 'desc')
    .limit(options.limit)
    .execute()
}

/** Marks a group as dealt with; its next occurrence opens it again. */
export async function resolveErrorGroup(db: Kysely<unknown>, fingerprint: string, now: Date) {
  const result = await db
    .withTables<ErrorTables>()
    .updateTable('minato.error_groups')
    .set({ resolved_at: now })
    .where('fingerprint', '=', fingerprint)
    .executeTakeFirst()
  return result.numUpdatedRows > 0n
}
