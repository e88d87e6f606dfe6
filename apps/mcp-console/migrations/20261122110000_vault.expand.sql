-- The built-in vault: one person's items. Values are one ciphertext an item, bound to table, column and row.
create table mcp_console.vault_items (
  id uuid primary key default gen_random_uuid(),
  owner_id uuid not null,
  name text not null check (name ~ '^[^[:space:]:{}]{1,100}$'),
  fields text[] not null,
  secret text not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  unique (owner_id, name)
);
