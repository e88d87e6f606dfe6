-- The gateway: which servers a profile gives to whom, which tool descriptions were approved, who called what.
create table mcp_console.profiles (
  id uuid primary key default gen_random_uuid(),
  name text not null unique check (name ~ '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$'),
  title text not null check (length(title) between 1 and 100),
  enabled boolean not null,
  is_default boolean not null,
  members uuid[],
  calls_per_minute integer check (calls_per_minute between 1 and 1000000),
  max_concurrent integer check (max_concurrent between 1 and 1000),
  timeout_ms integer check (timeout_ms between 1000 and 600000),
  max_output_bytes integer check (max_output_bytes between 1024 and 16777216),
  created_by uuid not null,
  created_at timestamptz not null,
  updated_at timestamptz not null
);
create unique index profiles_one_default on mcp_console.profiles (is_default) where is_default;

create table mcp_console.profile_servers (
  profile_id uuid not null references mcp_console.profiles on delete cascade,
  server_ref text not null check (server_ref ~ '^[a-z]+:[A-Za-z0-9._-]{1,128}$'),
  -- Empty only for the one server of a profile; the gateway checks that when it saves.
  prefix text not null check (prefix ~ '^([a-z][a-z0-9-]{0,31})?$'),
  enabled boolean not null,
  tools text[],
  position integer not null,
  primary key (profile_id, server_ref),
  unique (profile_id, prefix)
);

create table mcp_console.profile_keys (
  profile_id uuid not null references mcp_console.profiles on delete cascade,
  key_id uuid not null,
  tools text[],
  calls_per_minute integer check (calls_per_minute between 1 and 1000000),
  max_concurrent integer check (max_concurrent between 1 and 1000),
  primary key (profile_id, key_id)
);

create table mcp_console.profile_choices (
  subject text primary key check (subject ~ '^(key|user):'),
  profile_id uuid not null references mcp_console.profiles on delete cascade
);

create table mcp_console.tool_pins (
  server_ref text not null,
  tool text not null,
  -- What was approved; null for a tool that appeared later and waits.
  hash text,
  definition jsonb,
  -- What the server says now, when that is something else.
  seen_hash text,
  seen_definition jsonb,
  first_seen_at timestamptz not null,
  changed_at timestamptz,
  decided_at timestamptz,
  decided_by uuid,
  primary key (server_ref, tool),
  check (hash is not null or seen_hash is not null),
  check ((hash is null) = (definition is null)),
  check ((seen_hash is null) = (seen_definition is null))
);
create index tool_pins_held on mcp_console.tool_pins (server_ref) where seen_hash is not null;

create table mcp_console.gateway_sessions (
  id uuid primary key,
  user_id uuid not null,
  profile_id uuid not null references mcp_console.profiles on delete cascade,
  protocol_version text not null,
  capabilities jsonb not null,
  client_name text not null,
  client_version text not null,
  log_level text,
  subscriptions text[] not null,
  created_at timestamptz not null,
  last_seen_at timestamptz not null,
  ended_at timestamptz
);
create index gateway_sessions_seen on mcp_console.gateway_sessions (last_seen_at);

-- No foreign keys: what was done stays on record after a profile or a person is gone.
create table mcp_console.gateway_calls (
  id bigint generated always as identity primary key,
  at timestamptz not null,
  user_id uuid not null,
  key_id uuid,
  profile_id uuid not null,
  session_id uuid,
  server_ref text,
  method text not null,
  name text,
  duration_ms double precision not null,
  outcome text not null
    check (outcome in ('ok', 'tool-error', 'error', 'timeout', 'refused', 'held')),
  error_code integer,
  request_bytes integer not null,
  result_bytes integer not null,
  masked boolean not null,
  truncated boolean not null
);
create index gateway_calls_at on mcp_console.gateway_calls (at);
create index gateway_calls_user on mcp_console.gateway_calls (user_id, id desc);

create table mcp_console.inspector_runs (
  id uuid primary key default gen_random_uuid(),
  at timestamptz not null,
  user_id uuid not null,
  server_ref text not null,
  kind text not null check (kind in ('tool', 'resource', 'prompt')),
  name text not null,
  arguments jsonb not null,
  outcome text not null,
  duration_ms double precision not null,
  result jsonb not null
);
create index inspector_runs_own on mcp_console.inspector_runs (user_id, server_ref, at desc);
create index inspector_runs_at on mcp_console.inspector_runs (at);
