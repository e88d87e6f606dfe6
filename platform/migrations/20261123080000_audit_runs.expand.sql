-- Runs of the audit, each kept whole: what was seen, and how the score moved.
create table minato.audit_runs (
  id uuid primary key default gen_random_uuid(),
  started_at timestamptz not null,
  finished_at timestamptz not null,
  release text not null,
  profile text not null,
  phases text[] not null,
  score int4 not null check (score between 0 and 100),
  passed int4 not null,
  failed int4 not null,
  waived int4 not null,
  skipped int4 not null,
  actor text not null,
  report jsonb not null,
  check (finished_at >= started_at)
);

create index audit_runs_newest on minato.audit_runs (started_at desc, id);
