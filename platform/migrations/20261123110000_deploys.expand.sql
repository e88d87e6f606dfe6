-- Deploys and rollbacks as the host's deployer told them; its own journal is the truth on the host.
create table minato.deploys (
  id uuid primary key,
  kind text not null check (kind in ('deploy', 'rollback')),
  release text not null,
  color text not null check (color in ('blue', 'green')),
  previous_release text not null,
  previous_color text not null check (previous_color in ('blue', 'green')),
  state text not null check (state in ('running', 'finished', 'reverted', 'refused')),
  reason jsonb,
  deployed_by text not null,
  started_at timestamptz not null,
  ended_at timestamptz,
  migrations text[] not null,
  contracts text[] not null,
  steps jsonb not null,
  check ((state = 'running') = (ended_at is null))
);
create index deploys_started on minato.deploys (started_at desc, id desc);

-- Which process runs which release: a row each, renewed while it lives.
create table minato.processes (
  id uuid primary key,
  role text not null check (role in ('all', 'web', 'worker')),
  release text not null,
  color text check (color in ('blue', 'green')),
  host text not null,
  pid integer not null,
  started_at timestamptz not null,
  seen_at timestamptz not null
);
