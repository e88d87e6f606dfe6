import { type Kysely, sql } from 'kysely'

/** A cap of `null` binds nobody. */
export type Caps = { usd: number | null; tokens: number | null }
export type Hold = { id: string; userId: string; month: string; tokens: number; usd: number }
export type Standing = {
  inputTokens: number
  outputTokens: number
  spentUsd: number
  reservedTokens: number
  reservedUsd: number
  capUsd: number | null
  capTokens: number | null
}

const NO_CAP_TOKENS = '9223372036854775807'
const usdCap = (caps: Caps) => (caps.usd === null ? 'Infinity' : String(caps.usd))
const tokenCap = (caps: Caps) => (caps.tokens === null ? NO_CAP_TOKENS : String(caps.tokens))

/**
 * Reserves for many answers in one statement; returns the ids that were granted. The holds of one
 * user and month are granted together or not at all: `reserve` then tries them one by one. How a cap
 * holds when several statements meet is said at the function, in the migrations.
 */
export async function insertHolds(
  db: Kysely<unknown>,
  holds: Hold[],
  caps: Caps,
  expiresAt: Date,
): Promise<Set<string>> {
  const { rows } = await sql<{ id: string }>`
    select id from minato.hold_budget(${JSON.stringify(holds)}::jsonb, ${usdCap(caps)}::numeric,
      ${tokenCap(caps)}::bigint, ${expiresAt}::timestamptz)`.execute(db)
  return new Set(rows.map((row) => row.id))
}

/** What a ledger row says, and the reservation that it settles. */
export type Settlement = {
  reservationId: string | null
  at: string
  month: string
  userId: string
  app: string
  purpose: string
  conversationId: string | null
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

/**
 * Ends many calls in one statement: ledger rows in, reservations out, budgets moved from reserved to
 * spent. A reservation that had expired was released before; it is not given back twice.
 */
export async function settleAll(db: Kysely<unknown>, settlements: Settlement[]): Promise<void> {
  await sql`
    with input as materialized (
      select * from jsonb_to_recordset(${JSON.stringify(settlements)}::jsonb) as x (
        "reservationId" uuid, at timestamptz, month text, "userId" text, app text, purpose text,
        "conversationId" text, lane text, model text, "inputTokens" integer, "outputTokens" integer,
        "costUsd" numeric, estimated boolean, "priceKnown" boolean, cached boolean,
        "durationMs" integer, "firstTokenMs" integer, outcome text)
    ), ledger as (
      insert into minato.llm_usage (at, month, user_id, app, purpose, conversation_id, lane, model,
        input_tokens, output_tokens, cost_usd, estimated, price_known, cached, duration_ms,
        first_token_ms, outcome)
      select at, month, "userId", app, purpose, "conversationId", lane, model, "inputTokens",
        "outputTokens", "costUsd", estimated, "priceKnown", cached, "durationMs", "firstTokenMs",
        outcome
      from input
    ), released as (
      delete from minato.llm_reservations r using input i where r.id = i."reservationId"
      returning r.user_id, r.month, r.tokens, r.usd
    ), moved as (
      select user_id, month, sum(input_tokens)::bigint as input_tokens,
        sum(output_tokens)::bigint as output_tokens, sum(cost) as cost,
        sum(tokens)::bigint as tokens, sum(usd) as usd
      from (
        select "userId" as user_id, month, "inputTokens" as input_tokens,
          "outputTokens" as output_tokens, "costUsd" as cost, 0 as tokens, 0 as usd from input
        union all
        select user_id, month, 0, 0, 0, tokens, usd from released
      ) parts group by 1, 2
    )
    insert into minato.llm_budgets as b (user_id, month, input_tokens, output_tokens, spent_usd,
      reserved_tokens, reserved_usd)
    select user_id, month, input_tokens, output_tokens, cost, tokens, usd from moved
    order by user_id, month
    on conflict (user_id, month) do update set
      input_tokens = b.input_tokens + excluded.input_tokens,
      output_tokens = b.output_tokens + excluded.output_tokens,
      spent_usd = b.spent_usd + excluded.spent_usd,
      reserved_tokens = b.reserved_tokens - excluded.reserved_tokens,
      reserved_usd = b.reserved_usd - excluded.reserved_usd`.execute(db)
}

/** Releases what calls of killed processes still hold; returns how many. */
export async function releaseExpired(db: Kysely<unknown>, now: Date): Promise<number> {
  const { rows } = await sql<{ n: number }>`
    with gone as (
      delete from minato.llm_reservations where id in (
        select id from minato.llm_reservations where expires_at < ${now}::timestamptz
        order by expires_at limit 1000 for update skip locked
      ) returning user_id, month, tokens, usd
    ), sums as (
      select user_id, month, sum(tokens)::bigint as tokens, sum(usd) as usd, count(*)::int as n
      from gone group by 1, 2
    ), freed as (
      update minato.llm_budgets b set
        reserved_tokens = b.reserved_tokens - s.tokens, reserved_usd = b.reserved_usd - s.usd
      from sums s where b.user_id = s.user_id and b.month = s.month
      returning s.n
    ) select coalesce(sum(n), 0)::int as n from freed`.execute(db)
  return rows[0]?.n ?? 0
}

/** Where a user stands in a month; overrides of the caps included. */
export async function readStanding(
  db: Kysely<unknown>,
  who: { userId: string; month: string },
  caps: Caps,
): Promise<Standing> {
  const { rows } = await sql<Record<keyof Standing, number | null>>`
    select coalesce(b.input_tokens, 0) as "inputTokens",
      coalesce(b.output_tokens, 0) as "outputTokens",
      coalesce(b.spent_usd, 0)::float8 as "spentUsd",
      coalesce(b.reserved_tokens, 0) as "reservedTokens",
      coalesce(b.reserved_usd, 0)::float8 as "reservedUsd",
      nullif(coalesce(c.cap_usd, ${usdCap(caps)}::numeric), 'Infinity')::float8 as "capUsd",
      nullif(coalesce(c.cap_tokens, ${tokenCap(caps)}::bigint), ${NO_CAP_TOKENS}::bigint)
        as "capTokens"
    from (select ${who.userId}::text as user_id, ${who.month}::text as month) w
    left join minato.llm_budgets b on b.user_id = w.user_id and b.month = w.month
    left join minato.llm_caps c on c.user_id = w.user_id`.execute(db)
  const row = rows[0]
  return {
    inputTokens: row?.inputTokens ?? 0,
    outputTokens: row?.outputTokens ?? 0,
    spentUsd: row?.spentUsd ?? 0,
    reservedTokens: row?.reservedTokens ?? 0,
    reservedUsd: row?.reservedUsd ?? 0,
    capUsd: row?.capUsd ?? null,
    capTokens: row?.capTokens ?? null,
  }
}
