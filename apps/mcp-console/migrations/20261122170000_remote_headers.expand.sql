-- Headers that a remote server is sent, as [{ name, scheme, value }]: values are references into a vault, never secrets.
alter table mcp_console.remote_servers add column headers jsonb not null default '[]';
