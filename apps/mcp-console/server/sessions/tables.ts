import type { Generated } from 'kysely'

export type SessionState = 'starting' | 'running' | 'ending' | 'ended' | 'failed'

export type SessionTables = {
  'mcp_console.sessions': {
    id: Generated<string>
    owner_id: string
    name: string
    container_id: string | null
    image: string
    spec: unknown
    timeout_seconds: number
    max_output_bytes: number
    idle_ms: number
    state: SessionState
    reason: string | null
    docker_id: string | null
    tls_folder: string | null
    idle_deadline: Date
    last_used_at: Date
    created_at: Date
    ended_at: Date | null
    cleanup_attempts: Generated<number>
    cleanup_after: Date | null
  }
  'mcp_console.session_runs': {
    id: string
    session_id: string
    kind: 'tool' | 'command'
    name: string
    exit_code: number | null
    output: string | null
    error_output: string | null
    structured: unknown
    truncated: Generated<boolean>
    timed_out: Generated<boolean>
    duration_ms: number | null
    started_at: Date
    finished_at: Date | null
  }
}
