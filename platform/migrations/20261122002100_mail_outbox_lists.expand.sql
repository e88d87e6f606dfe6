-- Operators look for one person's mail, and for what failed: neither may read the whole outbox.
create index mail_outbox_recipient on minato.mail_outbox (lower(recipient), created_at desc, id desc);
create index mail_outbox_state on minato.mail_outbox (state, created_at desc, id desc);
