-- How far each table of a SQLite file was taken over: a killed import goes on from here.
create table minato.sqlite_imports (
  app text not null,
  -- SHA-256 of the file.
  file text not null,
  source_table text not null,
  target_table text not null,
  -- SHA-256 of what the map says about the table.
  map text not null,
  -- Rows that were to be written in all, and those that are, in the file's order.
  total bigint not null check (total >= 0),
  position bigint not null check (position >= 0),
  started_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  finished_at timestamptz,
  primary key (app, file, source_table)
);
