-- How far each subscription has got. A position is a snapshot, and a mark for what the snapshot does not know (see ai_private.is_seen). Between "seen" and "until"
-- lies the window that is being handed on, in the order of ids, of which "after_id" was the last.
create table ai_private.subscription_cursor (
  subscription text not null,
  -- Transaction ids mean something in the cluster that gave them: a restored dump goes on by ids alone.
  cluster text not null,
  seen pg_snapshot not null,
  seen_boundary xid8 not null,
  seen_id bigint not null,
  until pg_snapshot,
  until_boundary xid8,
  until_id bigint,
  after_id bigint not null,
  -- No event up to here is wanted any more.
  floor_id bigint not null,
  -- Jobs of ordered subscriptions get a time of their own each, none before this one.
  ordered_at timestamptz not null default '-infinity',
  taken bigint not null default 0,
  -- Events that retention dropped before this subscription had seen them.
  lost bigint not null default 0,
  moved_at timestamptz not null default pg_catalog.now(),
  -- What went wrong last, how often in a row, and when it is tried again.
  error text,
  failures integer not null default 0,
  retry_at timestamptz not null default '-infinity',
  -- Its filter takes long: it is looked after by itself, this many events at a time, and holds up no others. 0: together with the others.
  apart integer not null default 0,
  constraint subscription_cursor_pkey primary key (subscription),
  constraint subscription_cursor_subscription_fkey foreign key (subscription) references ai.subscriptions (name) on delete cascade
) with (fillfactor = 50);
comment on table ai_private.subscription_cursor is 'How far each subscription has got';
grant select, insert, update, delete on ai_private.subscription_cursor to ai_owner;
