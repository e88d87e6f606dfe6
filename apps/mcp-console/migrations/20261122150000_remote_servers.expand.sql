-- Remote MCP servers, the hosts they may be on, and their OAuth credentials.

-- The allow-list an administrator keeps; what MCP_CONSOLE_REMOTE_HOSTS names is on it too.
create table mcp_console.remote_hosts (
  pattern text primary key check (length(pattern) between 1 and 260),
  added_by uuid,
  created_at timestamptz not null
);

create table mcp_console.remote_servers (
  id uuid primary key default gen_random_uuid(),
  owner_id uuid not null,
  name text not null check (length(name) between 1 and 100),
  url text not null check (length(url) between 1 and 2000),
  catalog_source text,
  catalog_item text,
  enabled boolean not null default true,
  -- What the last connection came to.
  state text not null default 'new'
    check (state in ('new', 'connected', 'authorization-required', 'failed')),
  state_reason text,
  -- Known after the first connection; decides where the next one begins.
  transport text check (transport in ('streamable-http', 'sse')),
  server_info jsonb,
  -- A client registered by hand; its secret is encrypted under the key ring.
  client_id text,
  client_secret text,
  scope text,
  connected_at timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  check ((catalog_source is null) = (catalog_item is null))
);
create index remote_servers_list on mcp_console.remote_servers (owner_id, created_at desc, id desc);
create unique index remote_servers_name on mcp_console.remote_servers (owner_id, lower(name));

-- One credential a server; both tokens encrypted under the key ring, bound to the row.
create table mcp_console.oauth_credentials (
  server_id uuid primary key references mcp_console.remote_servers on delete cascade,
  issuer text not null,
  token_endpoint text not null,
  revocation_endpoint text,
  resource text not null,
  client_id text not null,
  client_secret text,
  client_method text not null
    check (client_method in ('none', 'client_secret_basic', 'client_secret_post')),
  access_token text not null,
  refresh_token text,
  scope text,
  expires_at timestamptz,
  -- Counts replacements: whoever waits for a refresh sees that it has happened.
  version integer not null default 1,
  -- Single flight across processes: only the holder asks the provider.
  refresh_holder uuid,
  refresh_until timestamptz,
  -- After a failure of the provider, no new attempt before this.
  refresh_after timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null
);

-- Started authorizations. The state itself is never stored, and a row is deleted as it is read.
create table mcp_console.oauth_states (
  state_hash text primary key,
  server_id uuid not null references mcp_console.remote_servers on delete cascade,
  user_id uuid not null,
  issuer text not null,
  issuer_in_answer boolean not null,
  token_endpoint text not null,
  revocation_endpoint text,
  resource text not null,
  client_id text not null,
  client_secret text,
  client_method text not null
    check (client_method in ('none', 'client_secret_basic', 'client_secret_post')),
  code_verifier text not null,
  redirect_uri text not null,
  created_at timestamptz not null,
  expires_at timestamptz not null
);
create index oauth_states_expiry on mcp_console.oauth_states (expires_at);

-- Clients registered by this system at a provider (RFC 7591), for one redirect address each.
create table mcp_console.oauth_clients (
  id uuid primary key,
  server_id uuid not null references mcp_console.remote_servers on delete cascade,
  issuer text not null,
  redirect_uri text not null,
  client_id text not null,
  client_secret text,
  created_at timestamptz not null,
  unique (server_id, issuer, redirect_uri)
);
