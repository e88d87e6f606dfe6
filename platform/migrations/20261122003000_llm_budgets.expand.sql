-- What each user may spend on models. Money is numeric in USD; 'Infinity' is an override without a cap.
create table minato.llm_caps (
  user_id text primary key,
  -- Null: the default of the configuration holds.
  cap_usd numeric check (cap_usd >= 0),
  cap_tokens bigint check (cap_tokens >= 0),
  updated_at timestamptz not null default now(),
  updated_by text not null
);

-- One row a user and month (months of Asia/Tokyo). Reserving and settling are single statements on
-- this row, so that a cap binds however many processes start answers at once.
create table minato.llm_budgets (
  user_id text not null,
  month text not null check (month ~ '^\d{4}-\d{2}$'),
  input_tokens bigint not null default 0 check (input_tokens >= 0),
  output_tokens bigint not null default 0 check (output_tokens >= 0),
  spent_usd numeric not null default 0 check (spent_usd >= 0),
  reserved_tokens bigint not null default 0 check (reserved_tokens >= 0),
  reserved_usd numeric not null default 0 check (reserved_usd >= 0),
  primary key (user_id, month)
) with (fillfactor = 50);

-- What answers in flight hold. A killed process leaves its rows; they are released when they expire.
create table minato.llm_reservations (
  id uuid primary key,
  user_id text not null,
  month text not null,
  tokens bigint not null check (tokens >= 0),
  usd numeric not null check (usd >= 0),
  expires_at timestamptz not null,
  foreign key (user_id, month) references minato.llm_budgets
);
create index llm_reservations_expires_at on minato.llm_reservations (expires_at);

-- The ledger: one row a call. Rows are only ever added.
create table minato.llm_usage (
  id bigint generated always as identity primary key,
  at timestamptz not null,
  month text not null,
  user_id text not null,
  app text not null,
  purpose text not null,
  conversation_id text,
  lane text,
  model text not null,
  input_tokens integer not null check (input_tokens >= 0),
  output_tokens integer not null check (output_tokens >= 0),
  cost_usd numeric not null check (cost_usd >= 0),
  -- The server sent no usage: the tokens are an estimate.
  estimated boolean not null,
  -- False: the price table has no such model; the cost of 0 is not the truth.
  price_known boolean not null,
  cached boolean not null default false,
  duration_ms integer not null,
  first_token_ms integer,
  -- ok, cancelled, or an error code.
  outcome text not null
);
create index llm_usage_at on minato.llm_usage (at desc);
create index llm_usage_user on minato.llm_usage (user_id, at desc);
