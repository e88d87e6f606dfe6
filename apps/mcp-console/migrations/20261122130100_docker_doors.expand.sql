-- Where processes that only serve the web find a worker that reaches Docker.
create table mcp_console.docker_doors (
  id uuid primary key,
  url text not null,
  started_at timestamptz not null,
  seen_at timestamptz not null
);
