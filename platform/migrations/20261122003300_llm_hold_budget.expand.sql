-- Reserves for many answers at once and returns the ids that were granted. The holds of one user and
-- month are granted together or not at all. In_holds: [{id, userId, month, tokens, usd}].
--
-- A function, because its statement is then planned once a connection: a person waits for it before
-- the model is asked. `on conflict do update … where` reads the row as it is once its lock is held, so
-- no two statements can both take the last of a budget. Rows are locked in the order of user_id: no
-- deadlocks. A reservation lost in a crash of the database is harmless (its call died too), so the
-- commit does not wait for the disk.
-- Changes go into a function of a new name, so that two releases can run side by side.
create function minato.hold_budget(
  in_holds jsonb, in_cap_usd numeric, in_cap_tokens bigint, in_expires_at timestamptz
) returns table (id uuid) language plpgsql as $$
#variable_conflict use_column
begin
  perform set_config('synchronous_commit', 'off', true);
  return query
    with input as materialized (
      select x.* from jsonb_to_recordset(in_holds)
        as x (id uuid, "userId" text, month text, tokens bigint, usd numeric)
    ), wanted as materialized (
      select i."userId" as user_id, i.month, sum(i.tokens)::bigint as tokens, sum(i.usd) as usd,
        coalesce(max(c.cap_usd), in_cap_usd) as cap_usd,
        coalesce(max(c.cap_tokens), in_cap_tokens) as cap_tokens
      from input i left join minato.llm_caps c on c.user_id = i."userId"
      group by 1, 2
    ), granted as (
      insert into minato.llm_budgets as b (user_id, month, reserved_tokens, reserved_usd)
      select user_id, month, tokens, usd from wanted
      where tokens <= cap_tokens and usd <= cap_usd
      order by user_id, month
      on conflict (user_id, month) do update set
        reserved_tokens = b.reserved_tokens + excluded.reserved_tokens,
        reserved_usd = b.reserved_usd + excluded.reserved_usd
      where b.input_tokens + b.output_tokens + b.reserved_tokens + excluded.reserved_tokens
          <= (select w.cap_tokens from wanted w where w.user_id = b.user_id and w.month = b.month)
        and b.spent_usd + b.reserved_usd + excluded.reserved_usd
          <= (select w.cap_usd from wanted w where w.user_id = b.user_id and w.month = b.month)
      returning b.user_id, b.month
    )
    insert into minato.llm_reservations (id, user_id, month, tokens, usd, expires_at)
    select i.id, i."userId", i.month, i.tokens, i.usd, in_expires_at
    from input i join granted g on g.user_id = i."userId" and g.month = i.month
    returning id;
end $$;
