-- Broken limits after a turn, as far as they are still there.
create function ai_private.fresh_breaches(after_turn bigint)
returns table (turn bigint, at timestamptz, subject integer, limit_name text, measured bigint)
language sql
volatile
security invoker
set search_path = pg_catalog, pg_temp
as $pg_ai$
  select t.turn,
    date_trunc('second', clock_timestamp()) - make_interval(secs => (floor(extract(epoch from clock_timestamp()))::bigint - (s.value & 4095) & 4095)::integer),
    (s.value >> 39 & 1048575)::integer,
    (array['latency', 'rows', 'statements', 'other'])[(s.value >> 37 & 3) + 1],
    (s.value >> 12 & 1048575) << (s.value >> 32 & 31)::integer
  from pg_sequence_last_value('ai_private.breach_turn') as last (turn)
  cross join lateral generate_series(greatest(case when last.turn < after_turn then 0 else after_turn end + 1, last.turn - 15), last.turn) as t (turn)
  cross join lateral pg_sequence_last_value(format('ai_private.breach_%s', t.turn % 16)::regclass) as s (value)
  where s.value >> 59 = t.turn / 16 % 16
$pg_ai$;
comment on function ai_private.fresh_breaches(bigint) is 'Broken limits that are not gathered yet';
revoke all on function ai_private.fresh_breaches(bigint) from public;
grant execute on function ai_private.fresh_breaches(bigint) to ai_owner;
