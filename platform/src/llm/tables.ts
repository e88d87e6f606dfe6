import type { Generated } from 'kysely'

/** Rows as the migrations make them; `numeric` comes back as text. */
export type LlmTables = {
  'minato.llm_caps': {
    user_id: string
    cap_usd: string | null
    cap_tokens: number | null
    updated_at: Date
    updated_by: string
  }
  'minato.llm_budgets': {
    user_id: string
    month: string
    input_tokens: number
    output_tokens: number
    spent_usd: string
    reserved_tokens: number
    reserved_usd: string
  }
  'minato.llm_usage': {
    id: Generated<number>
    at: Date
    month: string
    user_id: string
    app: string
    purpose: string
    conversation_id: string | null
    lane: string | null
    model: string
    input_tokens: number
    output_tokens: number
    cost_usd: string
    estimated: boolean
    price_known: boolean
    cached: boolean
    duration_ms: number
    first_token_ms: number | null
    outcome: string
  }
  'minato.llm_lanes': {
    lane: string
    model: string
    fallback: string | null
    files: boolean | null
    images: boolean | null
    max_output_tokens: number | null
    updated_at: Date
    updated_by: string
  }
  'minato.llm_notices': { kind: string; detail: unknown; since: Date }
  'minato.prompt_overrides': {
    id: Generated<number>
    name: string
    base_version: number
    template: string
    diff: string
    at: Date
    by_user: string
    withdrawn_at: Date | null
    withdrawn_by: string | null
  }
}
