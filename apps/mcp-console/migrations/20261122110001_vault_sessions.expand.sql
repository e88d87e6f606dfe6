-- A Bitwarden vault that is open in a sign-in session: goes with that session. Both texts are ciphertexts bound to
-- table, column and row.
create table mcp_console.vault_sessions (
  session_id uuid primary key,
  user_id uuid not null,
  email text,
  session_key text not null,
  data text not null,
  opened_at timestamptz not null
);
create index vault_sessions_user on mcp_console.vault_sessions (user_id);

-- One token for the whole installation, copied from a vault item because the catalog is read without a person.
create table mcp_console.github_token (
  id boolean primary key default true check (id),
  token text not null,
  item text not null,
  field text not null,
  set_by uuid not null,
  set_at timestamptz not null
);
