-- What pg-boss has no place for, and what its tables need to be listed and kept quick.

-- Lists: newest first, of everyone, of one owner, of one name.
create index job_common_recent on pgboss.job_common (created_on, id);
create index job_common_owner on pgboss.job_common (group_id, created_on, id) where group_id is not null;
create index job_common_name on pgboss.job_common (name, created_on, id);
-- Leases: running jobs by their last heartbeat. Failed ones: the dead letters.
create index job_common_lease on pgboss.job_common (heartbeat_on) where state = 'active';
create index job_common_dead on pgboss.job_common (completed_on desc) where state = 'failed';

-- A queue's statistics go stale within seconds: with old ones the planner picks plans twenty times slower.
alter table pgboss.job_common set (
  autovacuum_analyze_scale_factor = 0, autovacuum_analyze_threshold = 1000,
  autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 1000
);

-- What a job told of itself while it ran: progress, log lines, and what became of its attempts.
create table minato.job_events (
  seq bigint generated always as identity,
  job_name text not null,
  job_id uuid not null,
  attempt integer not null,
  at timestamptz not null,
  kind text not null check (kind in ('progress', 'log', 'state')),
  level text check (level in ('debug', 'info', 'warn', 'error')),
  percent smallint check (percent between 0 and 100),
  message jsonb not null,
  data jsonb,
  primary key (job_id, seq)
);
create index job_events_old on minato.job_events (at);

-- Steps that are done once, whatever becomes of the attempts.
create table minato.job_steps (
  job_name text not null,
  job_id uuid not null,
  key text not null,
  result jsonb,
  done_at timestamptz not null,
  primary key (job_id, key)
);
create index job_steps_old on minato.job_steps (done_at);

create table minato.job_schedules (
  name text primary key,
  job_name text not null,
  cron text not null,
  time_zone text not null,
  input jsonb not null,
  paused boolean not null default false,
  -- Null: a worker computes it, as after a pause.
  next_at timestamptz,
  last_at timestamptz,
  last_job_id uuid
);

-- One row a worker process; it is alive while its heartbeat is young.
create table minato.job_workers (
  id uuid primary key,
  host text not null,
  pid integer not null,
  version text not null,
  health_url text,
  started_at timestamptz not null,
  heartbeat_at timestamptz not null,
  running integer not null default 0,
  draining boolean not null default false
);

-- How many jobs ended how, by minute: the throughput chart, and it outlives the jobs' own rows.
create table minato.job_minutes (
  minute timestamptz not null,
  job_name text not null,
  state text not null check (state in ('succeeded', 'failed', 'cancelled')),
  jobs integer not null,
  total_ms bigint not null,
  primary key (minute, job_name, state)
);
