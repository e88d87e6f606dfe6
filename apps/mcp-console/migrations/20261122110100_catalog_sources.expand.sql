-- Catalogs that an administrator added to the two built-in ones: the allow-list of sources.
create table mcp_console.catalog_sources (
  id text primary key check (id ~ '^[a-z][a-z0-9-]{0,39}$' and id not in ('docker', 'official')),
  kind text not null check (kind in ('docker', 'registry')),
  title text not null,
  url text not null,
  created_by uuid not null,
  created_at timestamptz not null
);
