-- What was backed up, and what was proven of it. The store is the truth about what exists: rows of
-- backups that are gone from it stay here, as history.
create table minato.backups (
  id text primary key check (id ~ '^\d{8}T\d{6}Z-[0-9a-f]{8}$'),
  state text not null check (state in ('running', 'done', 'failed', 'deleted')),
  reason text not null check (length(reason) between 1 and 40),
  note text not null default '' check (length(note) <= 500),
  place text not null,
  started_at timestamptz not null,
  finished_at timestamptz,
  -- The moment whose state it holds.
  snapshot_at timestamptz,
  bytes bigint,
  table_count integer,
  row_count bigint,
  file_count integer,
  key_ids text[] not null default '{}',
  release text not null,
  left_out text[] not null default '{}',
  error_code text,
  error_detail jsonb,
  check (state <> 'done' or (finished_at is not null and snapshot_at is not null)),
  check (state <> 'failed' or error_code is not null)
);
create index backups_recent on minato.backups (started_at desc);

create table minato.drills (
  id uuid primary key default gen_random_uuid(),
  -- Null: there was no backup to restore. No foreign key: a drill outlives its backup.
  backup_id text,
  state text not null check (state in ('running', 'passed', 'failed')),
  started_at timestamptz not null,
  finished_at timestamptz,
  -- What would have been lost, and how long it took until the app answered on the restored copy.
  rpo_ms bigint,
  rto_ms bigint,
  error_code text,
  error_detail jsonb,
  checks jsonb not null default '[]',
  check (state <> 'failed' or error_code is not null)
);
create index drills_recent on minato.drills (started_at desc);
create index drills_of_backup on minato.drills (backup_id, started_at desc);
