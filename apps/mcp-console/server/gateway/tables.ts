import type { Database } from '@minato/platform/data'
import type { Generated, JSONColumnType, Kysely } from 'kysely'

type Profile = {
  id: Generated<string>
  name: string
  title: string
  enabled: boolean
  is_default: boolean
  /** Who may use it; null: everyone who may use the gateway. */
  members: string[] | null
  calls_per_minute: number | null
  max_concurrent: number | null
  timeout_ms: number | null
  max_output_bytes: number | null
  created_by: string
  created_at: Date
  updated_at: Date
}

type GatewayCall = {
  id: Generated<number>
  at: Date
  user_id: string
  key_id: string | null
  profile_id: string
  session_id: string | null
  server_ref: string | null
  method: string
  name: string | null
  duration_ms: number
  outcome: CallOutcome
  error_code: number | null
  request_bytes: number
  result_bytes: number
  masked: boolean
  truncated: boolean
}

export type CallOutcome = 'ok' | 'tool-error' | 'error' | 'timeout' | 'refused' | 'held'

/** The tables of the gateway, its profiles and the Inspector. */
export type GatewayTables = {
  'mcp_console.profiles': Profile
  'mcp_console.profile_servers': {
    profile_id: string
    server_ref: string
    prefix: string
    enabled: boolean
    /** Names of tools as the server gives them, `*` at the end for any; null: all. */
    tools: string[] | null
    position: number
  }
  'mcp_console.profile_keys': {
    profile_id: string
    key_id: string
    /** Names as clients see them, with prefixes. */
    tools: string[] | null
    calls_per_minute: number | null
    max_concurrent: number | null
  }
  /** Which profile `/mcp` means, for a key (`key:<id>`) or a person (`user:<id>`). */
  'mcp_console.profile_choices': { subject: string; profile_id: string }
  'mcp_console.tool_pins': {
    server_ref: string
    tool: string
    hash: string | null
    definition: JSONColumnType<Record<string, unknown>> | null
    seen_hash: string | null
    seen_definition: JSONColumnType<Record<string, unknown>> | null
    first_seen_at: Date
    changed_at: Date | null
    decided_at: Date | null
    decided_by: string | null
  }
  'mcp_console.gateway_sessions': {
    id: string
    user_id: string
    profile_id: string
    protocol_version: string
    capabilities: JSONColumnType<Record<string, unknown>>
    client_name: string
    client_version: string
    log_level: string | null
    subscriptions: string[]
    created_at: Date
    last_seen_at: Date
    ended_at: Date | null
  }
  'mcp_console.gateway_calls': GatewayCall
  'mcp_console.inspector_runs': {
    id: Generated<string>
    at: Date
    user_id: string
    server_ref: string
    kind: 'tool' | 'resource' | 'prompt'
    name: string
    arguments: JSONColumnType<Record<string, unknown>>
    outcome: CallOutcome
    duration_ms: number
    result: JSONColumnType<Record<string, unknown>>
  }
}

export type GatewayDatabase = Kysely<GatewayTables>

export function gatewayTables(db: Database): GatewayDatabase {
  return db.withTables<GatewayTables>()
}
