-- Containers the console made. Docker says whether they run; the rows say whose they are and what they were made from.
create table mcp_console.containers (
  id uuid primary key default gen_random_uuid(),
  owner_id uuid not null,
  name text not null check (name ~ '^[A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?$'),
  original_name text not null check (length(original_name) between 1 and 200),
  docker_id text unique check (docker_id ~ '^[0-9a-f]{64}$'),
  image text not null,
  transport text not null check (transport in ('stdio', 'streamable-http', 'sse')),
  delivery text not null check (delivery in ('environment', 'file')),
  -- The specification with its references into the vault; a value never stands here.
  config jsonb not null,
  has_secrets boolean not null,
  state text not null check (state in ('installing', 'ready', 'removing')),
  job_id uuid,
  -- Extended by whoever works on the row; one that ran out was left by a process that died.
  lease_until timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  unique (name),
  check (state <> 'ready' or docker_id is not null)
);
create index containers_owner on mcp_console.containers (owner_id, created_at desc);

-- Several installations may share one Docker engine: each touches only what carries its own mark.
create table mcp_console.docker_instance (
  "only" boolean primary key default true check ("only"),
  id uuid not null
);
