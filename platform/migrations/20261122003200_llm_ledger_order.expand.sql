-- A user's ledger is read newest first, page by page, by id.
create index llm_usage_user_id on minato.llm_usage (user_id, id desc);
