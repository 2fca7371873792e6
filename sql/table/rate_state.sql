-- When the calls of one key under one rate limit were made: the time of the last call of each group of calls, in a ring. One row for each key, so that
-- keys do not wait for one another. Unlogged: after a crash, limits begin anew.
create unlogged table ai_private.rate_state (
  -- the policy and what it says: a changed limit begins anew
  policy text not null,
  key text not null,
  calls bigint not null,
  times timestamptz[] not null,
  idle_from timestamptz not null,
  constraint rate_state_pkey primary key (policy, key)
) with (fillfactor = 50);
comment on table ai_private.rate_state is 'Calls under rate limits, by key';

grant select, insert, update on ai_private.rate_state to ai_owner;
