-- What each process did in each minute: the charts of the operations app, for those without Grafana.
create table minato.process_minutes (
  minute timestamptz not null,
  process uuid not null,
  host text not null,
  role text not null,
  requests integer not null,
  -- Answers with 5xx, and with 401, 403 or 429.
  failed integer not null,
  refused integer not null,
  -- Requests by duration, in the buckets of the code's DURATION_BOUNDS and one for longer ones.
  durations integer[] not null,
  loop_delay_ms real not null,
  rss_bytes bigint not null,
  connections integer not null,
  active_users integer not null,
  jobs_succeeded integer not null,
  jobs_failed integer not null,
  llm_tokens bigint not null,
  llm_cost_usd double precision not null,
  primary key (minute, process)
);
