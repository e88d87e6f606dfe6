-- Mail waits here until a mail server has taken it. Bodies may hold one-time links: they are encrypted by the key ring,
-- bound to their row, and erased as soon as the row is settled.

create table minato.mail_outbox (
  id uuid primary key,
  -- Sending twice under one key is sending once.
  idempotency_key text unique check (length(idempotency_key) between 1 and 200),
  recipient text not null check (recipient !~ '[[:cntrl:]]' and length(recipient) between 3 and 254),
  template text not null,
  locale text not null check (locale in ('ja', 'en')),
  kind text not null check (kind in ('transactional')),
  state text not null check (state in ('queued', 'sending', 'sent', 'failed', 'suppressed')),
  body text,
  attempts integer not null default 0 check (attempts >= 0),
  next_attempt_at timestamptz not null,
  -- Who is sending it, and until when the others keep away.
  lease_owner uuid,
  lease_until timestamptz,
  -- Why it is not sent (yet): connection, refused_recipient, bounce, not_listed …
  reason text,
  message_id text not null unique,
  created_at timestamptz not null,
  settled_at timestamptz,
  opened_at timestamptz,
  clicked_at timestamptz,
  check ((state in ('queued', 'sending')) = (body is not null)),
  check ((state in ('queued', 'sending')) = (settled_at is null)),
  check ((state = 'sending') = (lease_owner is not null and lease_until is not null))
);
create index mail_outbox_due on minato.mail_outbox (next_attempt_at)
  where state in ('queued', 'sending');
create index mail_outbox_created_at on minato.mail_outbox (created_at desc, id desc);
create index mail_outbox_settled_at on minato.mail_outbox (settled_at) where settled_at is not null;

-- Addresses that get no more mail.
create table minato.mail_suppressions (
  address_key text primary key check (address_key = lower(address_key)),
  reason text not null check (reason in ('bounce', 'complaint', 'manual')),
  created_at timestamptz not null
);
create index mail_suppressions_created_at on minato.mail_suppressions (created_at desc, address_key);

-- Events of the mail service that were acted on: a replayed one does nothing.
create table minato.mail_events (
  event_id text primary key check (length(event_id) between 1 and 200),
  received_at timestamptz not null
);
create index mail_events_received_at on minato.mail_events (received_at);
