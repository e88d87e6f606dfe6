-- What a request can present: session cookies, API keys, access and refresh tokens.

create table minato.sessions (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references minato.users (id) on delete cascade,
  token_hash text not null unique,
  created_at timestamptz not null,
  last_active_at timestamptz not null,
  -- Fixed when the session starts: the strictest of the limits of the user's roles and apps.
  idle_timeout_ms bigint not null check (idle_timeout_ms > 0),
  expires_at timestamptz not null,
  rotated_at timestamptz,
  stepped_up_until timestamptz,
  ip text,
  user_agent text,
  revoked_at timestamptz,
  revoke_reason text,
  check ((revoked_at is null) = (revoke_reason is null))
);
create index sessions_user on minato.sessions (user_id, created_at desc);
create index sessions_expires_at on minato.sessions (expires_at);

create table minato.api_keys (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references minato.users (id) on delete cascade,
  name text not null check (length(name) between 1 and 100),
  -- The first characters, for people to tell keys apart; not a secret.
  prefix text not null,
  key_hash text not null unique,
  -- Null: all that its user may.
  scopes text[],
  created_at timestamptz not null,
  expires_at timestamptz not null,
  last_used_at timestamptz,
  revoked_at timestamptz
);
create index api_keys_user on minato.api_keys (user_id, created_at desc);

-- One family a grant: every refresh token descends from it, and it dies as a whole (RFC 9700, 4.14).
create table minato.token_families (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references minato.users (id) on delete cascade,
  session_id uuid references minato.sessions (id) on delete cascade,
  key_id uuid references minato.api_keys (id) on delete cascade,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  revoked_at timestamptz,
  revoke_reason text,
  check (num_nonnulls(session_id, key_id) = 1),
  check ((revoked_at is null) = (revoke_reason is null))
);
create index token_families_session on minato.token_families (session_id);
create index token_families_key on minato.token_families (key_id);
create index token_families_user on minato.token_families (user_id);
create index token_families_expires_at on minato.token_families (expires_at);

create table minato.refresh_tokens (
  token_hash text primary key,
  family_id uuid not null references minato.token_families (id) on delete cascade,
  created_at timestamptz not null,
  used_at timestamptz
);
create index refresh_tokens_family on minato.refresh_tokens (family_id);

-- Key pairs that sign access tokens. The private half is encrypted by the key ring, bound to its kid.
create table minato.jwks (
  kid text primary key,
  algorithm text not null check (algorithm in ('ES256')),
  public_key jsonb not null,
  private_key text not null,
  created_at timestamptz not null,
  -- No longer signs; still published, so that tokens it signed stay valid until they expire.
  retired_at timestamptz,
  -- From here on nothing it signed is accepted.
  expires_at timestamptz
);
create unique index jwks_one_active on minato.jwks (algorithm) where retired_at is null;

-- Operators' changes to the defaults that apps declare.
create table minato.role_permissions (
  role text not null check (role in ('user', 'operator')),
  permission text not null,
  granted boolean not null,
  updated_at timestamptz not null,
  updated_by text not null,
  primary key (role, permission)
);
