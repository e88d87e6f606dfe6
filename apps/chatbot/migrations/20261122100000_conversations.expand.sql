-- Conversations, their messages (a tree: branches are siblings), and the files of the questions.
create extension if not exists pg_trgm with schema public;

create table chatbot.system_prompts (
  id uuid primary key default gen_random_uuid(),
  owner_id uuid not null,
  kind text not null check (kind in ('system', 'shortcut')),
  name text not null check (length(name) between 1 and 80),
  content text not null check (length(content) between 1 and 20000),
  shared boolean not null default false,
  created_at timestamptz not null,
  updated_at timestamptz not null
);
create index system_prompts_owner on chatbot.system_prompts (owner_id);
create index system_prompts_shared on chatbot.system_prompts (shared) where shared;

create table chatbot.conversations (
  id uuid primary key default gen_random_uuid(),
  owner_id uuid not null,
  title text not null default '',
  title_set boolean not null default false,
  model text,
  system_prompt_id uuid references chatbot.system_prompts on delete set null,
  pinned boolean not null default false,
  archived boolean not null default false,
  created_at timestamptz not null,
  updated_at timestamptz not null
);
create index conversations_list
  on chatbot.conversations (owner_id, archived, updated_at desc, id desc);

create table chatbot.messages (
  id uuid primary key default gen_random_uuid(),
  conversation_id uuid not null references chatbot.conversations on delete cascade,
  parent_id uuid,
  position bigint generated always as identity,
  role text not null check (role in ('user', 'assistant')),
  content text not null default '',
  state text not null check (state in ('streaming', 'done', 'stopped', 'failed', 'interrupted')),
  finish_reason text,
  error_code text,
  model text,
  input_tokens integer,
  output_tokens integer,
  cost_usd double precision,
  -- How many earlier messages did not fit and were left out of what the model saw.
  left_out integer not null default 0,
  sources jsonb,
  -- The writer of an answer holds a lease; who lets it run out has died.
  lease_owner uuid,
  lease_until timestamptz,
  stop_requested boolean not null default false,
  created_at timestamptz not null,
  finished_at timestamptz,
  unique (conversation_id, id),
  foreign key (conversation_id, parent_id)
    references chatbot.messages (conversation_id, id) on delete cascade,
  check (role = 'assistant' or state = 'done'),
  check ((state = 'streaming') = (lease_until is not null)),
  check (state <> 'failed' or error_code is not null)
);
create index messages_of_conversation on chatbot.messages (conversation_id, position);
create index messages_parent on chatbot.messages (conversation_id, parent_id);
-- Two answers are never written into one conversation at once.
create unique index messages_one_writer on chatbot.messages (conversation_id)
  where state = 'streaming';
create index messages_leases on chatbot.messages (lease_until) where state = 'streaming';

create table chatbot.files (
  id uuid primary key,
  conversation_id uuid not null references chatbot.conversations on delete cascade,
  message_id uuid not null,
  owner_id uuid not null,
  position integer not null,
  name text not null,
  content_type text not null,
  size bigint not null,
  sha256 text not null,
  storage_key text not null,
  -- Text of the document with its page marks; null for pictures.
  text text,
  pages integer,
  created_at timestamptz not null,
  foreign key (conversation_id, message_id)
    references chatbot.messages (conversation_id, id) on delete cascade
);
create index files_of_message on chatbot.files (message_id, position);

-- Files whose rows are gone: their bytes are removed by a sweep, so that a crash between the two
-- deletions leaves nothing behind.
create table chatbot.files_to_delete (
  storage_key text primary key,
  since timestamptz not null
);
create function chatbot.remember_file() returns trigger language plpgsql as $$
begin
  insert into chatbot.files_to_delete values (old.storage_key, now()) on conflict do nothing;
  return old;
end $$;
create trigger files_deleted after delete on chatbot.files
  for each row execute function chatbot.remember_file();

create index conversations_title_search on chatbot.conversations using gin (title public.gin_trgm_ops);
create index messages_search on chatbot.messages using gin (content public.gin_trgm_ops);
