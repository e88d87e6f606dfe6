-- People, how they prove who they are, and the one-time tokens that reach them by mail.
-- Tokens are random 256-bit values; only their SHA-256 (hex) is ever stored.

create table minato.users (
  id uuid primary key default gen_random_uuid(),
  email text not null check (length(email) between 3 and 254),
  -- Trimmed and lower-cased: what "the same address" means here.
  email_key text not null unique check (email_key = lower(email_key)),
  name text not null check (length(name) between 1 and 100),
  roles text[] not null check (
    cardinality(roles) between 1 and 3 and roles <@ array['user', 'operator', 'admin']
  ),
  locale text not null default 'ja' check (locale in ('ja', 'en')),
  time_zone text not null default 'Asia/Tokyo',
  status text not null default 'active' check (status in ('active', 'disabled')),
  email_verified_at timestamptz,
  last_sign_in_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create index users_created_at on minato.users (created_at desc, id desc);
create index users_admins on minato.users (id) where 'admin' = any (roles) and status = 'active';

-- One row for each way to sign in; today there is one way.
create table minato.accounts (
  user_id uuid not null references minato.users (id) on delete cascade,
  provider text not null check (provider in ('password')),
  password_hash text not null,
  changed_at timestamptz not null default now(),
  primary key (user_id, provider)
);

create table minato.two_factors (
  user_id uuid primary key references minato.users (id) on delete cascade,
  -- Encrypted by the key ring, bound to this row.
  secret text not null,
  confirmed_at timestamptz,
  -- The newest 30-second step that was accepted: no step is accepted twice (RFC 6238, 5.2).
  last_used_step bigint,
  created_at timestamptz not null default now()
);

create table minato.recovery_codes (
  user_id uuid not null references minato.users (id) on delete cascade,
  code_hash text not null,
  used_at timestamptz,
  primary key (user_id, code_hash)
);

-- Between the right password and the second factor.
create table minato.sign_in_challenges (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references minato.users (id) on delete cascade,
  token_hash text not null unique,
  attempts integer not null default 0 check (attempts between 0 and 5),
  created_at timestamptz not null default now(),
  expires_at timestamptz not null,
  consumed_at timestamptz
);

create table minato.verifications (
  id uuid primary key default gen_random_uuid(),
  purpose text not null check (purpose in ('setup', 'verify-email', 'reset-password')),
  user_id uuid references minato.users (id) on delete cascade,
  token_hash text not null unique,
  created_at timestamptz not null default now(),
  -- Null: valid until used or voided (the setup link).
  expires_at timestamptz,
  used_at timestamptz,
  check ((purpose = 'setup') = (user_id is null))
);
create index verifications_user on minato.verifications (user_id, purpose, created_at);
-- At most one setup link is open at any time.
create unique index verifications_one_setup on minato.verifications (purpose)
  where purpose = 'setup' and used_at is null;

create table minato.invitations (
  id uuid primary key default gen_random_uuid(),
  email text not null,
  email_key text not null,
  role text not null check (role in ('user', 'operator', 'admin')),
  locale text not null default 'ja' check (locale in ('ja', 'en')),
  token_hash text not null unique,
  invited_by uuid references minato.users (id) on delete set null,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null,
  accepted_at timestamptz,
  accepted_by uuid references minato.users (id) on delete set null,
  revoked_at timestamptz
);
create index invitations_created_at on minato.invitations (created_at desc, id desc);
-- Inviting again replaces the open invitation: two links for one person are never valid at once.
create unique index invitations_one_open on minato.invitations (email_key)
  where accepted_at is null and revoked_at is null;

-- Failed attempts, counted in the database so that all processes count together.
create table minato.auth_attempts (
  -- account:<hash>, address:<ip>, two-factor:<user>, step-up:<user>
  key text primary key,
  failures integer not null check (failures >= 0),
  allowed boolean not null,
  locked_until timestamptz,
  updated_at timestamptz not null
);
create index auth_attempts_updated_at on minato.auth_attempts (updated_at);
