-- What a subscription gets in one round of the relay: its events in order, with the queue of each where rows keep their order, and what is notified of each where that
-- is how it is delivered. "run_from" is the first of as many moments, a microsecond apart, of which none was given out before.
create type ai_private.taken_events as (
  subscription text,
  delivery text,
  settings jsonb,
  batch_size integer,
  max_attempts integer,
  ids bigint[],
  times timestamptz[],
  queues integer[],
  notes text[],
  run_from timestamptz,
  looked_at integer,
  unfinished boolean
);
comment on type ai_private.taken_events is 'What a subscription gets in one round of the relay';
