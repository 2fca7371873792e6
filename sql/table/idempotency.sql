-- The first answer for each idempotency key, by caller. Inserting the key is the claim: a second call with the same key waits here for the first
-- to end, then finds its answer, or, when the first one failed, a free key.
create table ai_private.idempotency (
  scope text not null,
  key text not null,
  request text not null,
  answer jsonb,
  -- the answer of a call that read or wrote encrypted fields
  sealed text,
  at timestamptz not null default pg_catalog.now(),
  constraint idempotency_pkey primary key (scope, key)
);
create index idempotency_by_time on ai_private.idempotency (at);
comment on table ai_private.idempotency is 'Answers by idempotency key';

grant select, insert, update on ai_private.idempotency to ai_owner;
