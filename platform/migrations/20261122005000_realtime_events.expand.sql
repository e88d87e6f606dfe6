-- What must reach everyone in a room, also those who were away: numbered per room, read again after a reconnect.

-- The row's lock is held until the commit, so a room's numbers become visible in their order.
create table minato.realtime_rooms (
  app text not null,
  room text not null check (length(room) between 1 and 200),
  seq bigint not null check (seq >= 1),
  primary key (app, room)
);

create table minato.realtime_events (
  app text not null,
  room text not null,
  seq bigint not null,
  event text not null check (length(event) between 1 and 100),
  data jsonb not null,
  at timestamptz not null,
  primary key (app, room, seq)
);
create index realtime_events_age on minato.realtime_events (at);
