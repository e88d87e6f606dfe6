-- Which model serves a lane, where an operator chose another one than the configuration.
create table minato.llm_lanes (
  lane text primary key check (lane in ('lite', 'main', 'pro')),
  model text not null check (length(model) between 1 and 200),
  fallback text check (length(fallback) between 1 and 200),
  -- Null: what the configuration says.
  files boolean,
  images boolean,
  max_output_tokens integer check (max_output_tokens > 0),
  updated_at timestamptz not null,
  updated_by text not null
);

-- What operators must be told once, not once a call. A row stands until the fault is gone.
create table minato.llm_notices (
  kind text primary key,
  detail jsonb not null,
  since timestamptz not null
);

-- Operators' wording of prompts. Every override stays; the newest that is not withdrawn holds.
create table minato.prompt_overrides (
  id bigint generated always as identity primary key,
  name text not null,
  -- The version of the built-in prompt that this one replaces.
  base_version integer not null,
  template text not null check (length(template) between 1 and 100000),
  diff text not null,
  at timestamptz not null,
  by_user text not null,
  withdrawn_at timestamptz,
  withdrawn_by text
);
create unique index prompt_overrides_current on minato.prompt_overrides (name) where withdrawn_at is null;
create index prompt_overrides_history on minato.prompt_overrides (name, at desc);
