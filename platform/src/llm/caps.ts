import { type Kysely, sql } from 'kysely'
import { z } from 'zod'
import type { Actor, AuditDoor } from './lanes.ts'
import type { LlmTables } from './tables.ts'

const NO_CAP_TOKENS = '9223372036854775807'

/** `none`: no cap. Absent or null: the default of the configuration. */
export const capChange = z.object({
  usd: z.union([z.literal('none'), z.number().min(0).max(1_000_000_000)]).nullish(),
  tokens: z.union([z.literal('none'), z.number().int().min(0)]).nullish(),
})
export type CapChange = z.input<typeof capChange>

export type CapOverride = {
  userId: string
  usd: number | 'none' | null
  tokens: number | 'none' | null
  updatedAt: Date
  updatedBy: string
}

type Deps = { db: Kysely<unknown>; audit: AuditDoor | undefined; clock: () => number }

/** Operators' caps for single users. They hold from the next call on, in every process. */
export function createCaps(deps: Deps) {
  const db = deps.db.withTables<LlmTables>()
  return {
    async list(): Promise<CapOverride[]> {
      const { rows } = await sql<
        Record<'userId' | 'usd' | 'tokens' | 'updatedBy', string | null> & {
          updatedAt: Date
        }
      >`select user_id as "userId", cap_usd::text as usd, cap_tokens::text as tokens,
          updated_at as "updatedAt", updated_by as "updatedBy"
        from minato.llm_caps order by user_id`.execute(deps.db)
      return rows.map((row) => ({
        userId: row.userId ?? '',
        usd: fromSql(row.usd, 'Infinity'),
        tokens: fromSql(row.tokens, NO_CAP_TOKENS),
        updatedAt: row.updatedAt,
        updatedBy: row.updatedBy ?? '',
      }))
    },
    /** Sets a user's caps; `null` gives the user back to the defaults. Audited. */
    async set(userId: string, change: CapChange | null, actor: Actor): Promise<void> {
      const cap = change === null ? null : capChange.parse(change)
      if (cap === null)
        await db.deleteFrom('minato.llm_caps').where('user_id', '=', userId).execute()
      else {
        const usd = cap.usd === 'none' ? 'Infinity' : (cap.usd ?? null)
        const tokens = cap.tokens === 'none' ? NO_CAP_TOKENS : (cap.tokens ?? null)
        await sql`
          insert into minato.llm_caps (user_id, cap_usd, cap_tokens, updated_at, updated_by)
          values (${userId}, ${usd}::numeric, ${tokens}::bigint,
            ${new Date(deps.clock())}::timestamptz, ${actor.id})
          on conflict (user_id) do update set cap_usd = excluded.cap_usd,
            cap_tokens = excluded.cap_tokens, updated_at = excluded.updated_at,
            updated_by = excluded.updated_by`.execute(deps.db)
      }
      await deps.audit?.record({
        actorId: actor.id,
        actorEmail: actor.email,
        ip: actor.ip,
        requestId: actor.requestId,
        action: cap === null ? 'llm.cap.reset' : 'llm.cap.set',
        target: `user:${userId}`,
        metadata: { usd: cap?.usd ?? null, tokens: cap?.tokens ?? null },
      })
    },
  }
}

export type CapsAdmin = ReturnType<typeof createCaps>

function fromSql(text: string | null, none: string): number | 'none' | null {
  if (text === null) return null
  return text === none ? 'none' : Number(text)
}
