-- Unexpected errors, one row a bug.
create table minato.error_groups (
  fingerprint text primary key,
  name text not null,
  message text not null,
  source text not null,
  route text,
  stack text not null,
  count bigint not null default 1 check (count > 0),
  first_seen timestamptz not null,
  last_seen timestamptz not null,
  last_release text not null,
  last_request_id text,
  resolved_at timestamptz
);
create index error_groups_last_seen on minato.error_groups (last_seen desc);

create table minato.error_group_users (
  fingerprint text not null references minato.error_groups on delete cascade,
  user_id uuid not null,
  primary key (fingerprint, user_id)
);
