-- Stores a question and the row of its answer, and gives back what the model must be told: one way to
-- the database before the model is asked. A function, because its statements are planned once a
-- connection: planned each time, they cost three times as much as they do.
-- No row: no such conversation of this owner. `stored` false: no such place in it.
-- Changes go into a function of a new name, so that two releases can run side by side.
create function chatbot.open_answer(
  in_conversation uuid, in_owner uuid,
  -- first, newest, after (an answer) or again (the question of a message)
  in_place text, in_reference uuid,
  in_answer uuid, in_question uuid, in_text text, in_title text,
  in_lease_owner uuid, in_lease_until timestamptz, in_now timestamptz
) returns table (
  stored boolean, model text, custom_prompt text, leaf_id uuid, has_files boolean, turns json
) language plpgsql as $$
declare
  own record;
  leaf uuid;
begin
  select c.id, c.model, p.content as prompt into own
    from chatbot.conversations c left join chatbot.system_prompts p
      on p.id = c.system_prompt_id and (p.owner_id = c.owner_id or p.shared)
   where c.id = in_conversation and c.owner_id = in_owner;
  if not found then return; end if;

  if in_place = 'newest' then
    select m.id into leaf from chatbot.messages m
     where m.conversation_id = in_conversation and m.role = 'assistant'
     order by m.position desc limit 1;
  elsif in_place <> 'first' then
    select case when in_place = 'again' and m.role = 'assistant' then m.parent_id else m.id end
      into leaf from chatbot.messages m
     where m.conversation_id = in_conversation and m.id = in_reference
       and (in_place = 'again' or m.role = 'assistant');
    if leaf is null then
      return query select false, own.model, own.prompt, leaf, false, '[]'::json;
      return;
    end if;
  end if;

  if in_question is not null then
    insert into chatbot.messages (id, conversation_id, parent_id, role, content, state, created_at)
    values (in_question, in_conversation, leaf, 'user', in_text, 'done', in_now);
  end if;
  insert into chatbot.messages (id, conversation_id, parent_id, role, state, lease_owner,
    lease_until, created_at)
  values (in_answer, in_conversation, coalesce(in_question, leaf), 'assistant', 'streaming',
    in_lease_owner, in_lease_until, in_now);
  -- To the top of the list; the first question gives the title.
  update chatbot.conversations c
     set updated_at = in_now,
         title = case when c.title_set or in_question is null then c.title else in_title end,
         title_set = c.title_set or in_question is not null
   where c.id = in_conversation;

  if leaf is null then
    return query select true, own.model, own.prompt, leaf, false, '[]'::json;
    return;
  end if;
  return query
    with recursive branch as (
      select m.id, m.parent_id, m.role, m.content, m.state, 0 as depth
        from chatbot.messages m where m.conversation_id = in_conversation and m.id = leaf
      union all
      select m.id, m.parent_id, m.role, m.content, m.state, b.depth + 1
        from chatbot.messages m join branch b on m.id = b.parent_id
       where m.conversation_id = in_conversation
    )
    select true, own.model, own.prompt, leaf,
      exists (select 1 from chatbot.files f where f.conversation_id = in_conversation),
      -- Answers that failed are no part of the conversation; cut ones are, as far as they came.
      (select coalesce(json_agg(json_build_object('id', b.id, 'role', b.role, 'content', b.content)
          order by b.depth desc), '[]')
         from branch b where b.role = 'user' or (b.state <> 'failed' and b.content <> ''));
end $$;
