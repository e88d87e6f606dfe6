import { type Kysely, type RawBuilder, sql } from 'kysely'

export type UsageBy = 'day' | 'user' | 'model' | 'app' | 'purpose' | 'lane' | 'outcome'
export type UsageRow = {
  key: string
  calls: number
  failed: number
  inputTokens: number
  outputTokens: number
  costUsd: number
  /** Calls whose model has no price: their cost is missing from `costUsd`. */
  unpriced: number
  p50FirstTokenMs: number | null
  p95DurationMs: number | null
}
export type UsageFilter = {
  from: Date
  to: Date
  userId?: string
  model?: string
  app?: string
  limit?: number
}

const KEYS = {
  day: sql`to_char(at at time zone 'Asia/Tokyo', 'YYYY-MM-DD')`,
  user: sql`user_id`,
  model: sql`model`,
  app: sql`app`,
  purpose: sql`purpose`,
  lane: sql`coalesce(lane, '-')`,
  outcome: sql`outcome`,
} as const

/** Days of Asia/Tokyo in order; everything else by cost, dearest first. */
export async function usageReport(
  db: Kysely<unknown>,
  by: UsageBy,
  filter: UsageFilter,
): Promise<UsageRow[]> {
  return (await reportQuery(by, filter).execute(db)).rows
}

export function reportQuery(by: UsageBy, filter: UsageFilter): RawBuilder<UsageRow> {
  const key = KEYS[by]
  const only = (column: string, value: string | undefined) =>
    value === undefined ? sql`` : sql`and ${sql.ref(column)} = ${value}`
  return sql<UsageRow>`
    select ${key} as key, count(*)::int as calls,
      (count(*) filter (where outcome not in ('ok', 'cancelled')))::int as failed,
      sum(input_tokens)::float8 as "inputTokens", sum(output_tokens)::float8 as "outputTokens",
      sum(cost_usd)::float8 as "costUsd",
      (count(*) filter (where not price_known))::int as unpriced,
      (percentile_cont(0.5) within group (order by first_token_ms))::float8 as "p50FirstTokenMs",
      (percentile_cont(0.95) within group (order by duration_ms))::float8 as "p95DurationMs"
    from minato.llm_usage
    where at >= ${filter.from}::timestamptz and at < ${filter.to}::timestamptz
      ${only('user_id', filter.userId)} ${only('model', filter.model)} ${only('app', filter.app)}
    group by 1
    order by ${by === 'day' ? sql`1` : sql`sum(cost_usd) desc, count(*) desc, 1`}
    limit ${Math.min(Math.max(filter.limit ?? 400, 1), 1000)}`
}

export type LedgerRow = {
  id: number
  at: Date
  userId: string
  app: string
  purpose: string
  lane: string | null
  model: string
  inputTokens: number
  outputTokens: number
  costUsd: number
  estimated: boolean
  priceKnown: boolean
  cached: boolean
  durationMs: number
  firstTokenMs: number | null
  outcome: string
}

export type LedgerFilter = { userId?: string; cursor?: string; limit?: number }

/** The ledger itself, newest first. */
export async function listLedger(
  db: Kysely<unknown>,
  filter: LedgerFilter,
): Promise<{ items: LedgerRow[]; nextCursor: string | null }> {
  const limit = Math.min(Math.max(filter.limit ?? 50, 1), 200)
  const { rows } = await ledgerQuery({ ...filter, limit }).execute(db)
  const items = rows.slice(0, limit)
  const last = items.at(-1)
  return { items, nextCursor: rows.length > limit && last !== undefined ? String(last.id) : null }
}

/** One row more than a page: it tells whether there is another. */
export function ledgerQuery(filter: LedgerFilter & { limit: number }): RawBuilder<LedgerRow> {
  const before = Number(filter.cursor)
  return sql<LedgerRow>`
    select id, at, user_id as "userId", app, purpose, lane, model, input_tokens as "inputTokens",
      output_tokens as "outputTokens", cost_usd::float8 as "costUsd", estimated,
      price_known as "priceKnown", cached, duration_ms as "durationMs",
      first_token_ms as "firstTokenMs", outcome
    from minato.llm_usage
    where true
      ${filter.userId === undefined ? sql`` : sql`and user_id = ${filter.userId}`}
      ${Number.isSafeInteger(before) && filter.cursor ? sql`and id < ${before}` : sql``}
    order by id desc limit ${filter.limit + 1}`
}
