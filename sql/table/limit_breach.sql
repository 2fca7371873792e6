-- Limits that calls have broken, with what was measured. The call is rolled back and can write nothing, so the last sixteen are kept in sequences
-- until they are gathered (ai_private.gather_metrics); each is a number of 63 bits: turn (4), which operation (20), limit (2), measured (25) and
-- second (12). All of them are counted, by their SQLSTATE, however many there are.
create table ai.limit_breach (
  at timestamptz not null,
  relation text,
  operation text,
  action text,
  -- latency (ms), rows, statements (kinds)
  limit_name text not null,
  measured jsonb not null,
  -- as it is when the breach is gathered
  allowed jsonb
);
create index limit_breach_by_time on ai.limit_breach (at);
comment on table ai.limit_breach is 'Calls that broke a limit, with what was measured';
grant select on ai.limit_breach to ai_owner, ai_admin, ai_worker;
grant insert, delete on ai.limit_breach to ai_owner;

do $pg_ai$
begin
  for slot in 0 .. 15 loop
    execute pg_catalog.format('create unlogged sequence ai_private.breach_%s as bigint', slot);
    execute pg_catalog.format('comment on sequence ai_private.breach_%s is ''A broken limit''', slot);
    execute pg_catalog.format('grant usage, select, update on sequence ai_private.breach_%s to ai_owner', slot);
  end loop;
end
$pg_ai$;
create unlogged sequence ai_private.breach_turn as bigint;
comment on sequence ai_private.breach_turn is 'Counts broken limits';
grant usage, select on sequence ai_private.breach_turn to ai_owner;
