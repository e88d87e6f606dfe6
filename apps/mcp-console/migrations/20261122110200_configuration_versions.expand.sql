-- The gateway's configuration: every saved version, the highest is in force. It holds references, never secrets.
create table mcp_console.configuration_versions (
  version integer primary key check (version > 0),
  document jsonb not null check (jsonb_typeof(document) = 'object'),
  note text not null default '' check (length(note) <= 500),
  restored_from integer references mcp_console.configuration_versions (version),
  author_id uuid,
  author_email text,
  created_at timestamptz not null
);
