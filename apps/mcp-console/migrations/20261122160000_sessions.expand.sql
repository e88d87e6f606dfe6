-- Isolated runs: one container a session. What a session is stays here; Docker holds the rest.
create table mcp_console.sessions (
  id uuid primary key default gen_random_uuid(),
  owner_id uuid not null,
  name text not null check (length(name) between 1 and 200),
  -- The server whose configuration was taken, if one was.
  container_id uuid,
  image text not null,
  -- A SessionSpec: references, never values.
  spec jsonb not null,
  timeout_seconds integer not null check (timeout_seconds between 10 and 300),
  max_output_bytes integer not null check (max_output_bytes between 32000 and 1048576),
  idle_ms bigint not null check (idle_ms > 0),
  state text not null
    check (state in ('starting', 'running', 'ending', 'ended', 'failed')),
  -- Why it ended: deleted, idle, exited, an error's code.
  reason text,
  docker_id text,
  -- Folder of its certificates under MCP_CONSOLE_SESSION_TLS_DIR.
  tls_folder text,
  idle_deadline timestamptz not null,
  last_used_at timestamptz not null,
  created_at timestamptz not null,
  ended_at timestamptz,
  cleanup_attempts integer not null default 0,
  cleanup_after timestamptz
);
create index sessions_list on mcp_console.sessions (owner_id, created_at desc, id desc);
create index sessions_deadlines on mcp_console.sessions (idle_deadline)
  where state in ('starting', 'running');
create index sessions_endings on mcp_console.sessions (cleanup_after) where state = 'ending';

create table mcp_console.session_runs (
  id uuid primary key,
  session_id uuid not null references mcp_console.sessions on delete cascade,
  kind text not null check (kind in ('tool', 'command')),
  name text not null,
  exit_code integer,
  -- With the values of the session's references masked.
  output text,
  error_output text,
  structured jsonb,
  truncated boolean not null default false,
  timed_out boolean not null default false,
  duration_ms integer,
  started_at timestamptz not null,
  finished_at timestamptz
);
create index session_runs_list on mcp_console.session_runs (session_id, started_at desc, id desc);
