-- Keeps what was measured where a rollback does not reach. limit_number: 0 latency (µs), 1 rows, 2 statements (1 insert, 2 update, 4 delete, 8 other).
-- Numbers up to 2^20 are kept as they are, larger ones to a millionth.
create function ai_private.note_breach(stack text, number integer, limit_number integer, measured bigint)
returns void
language plpgsql
volatile
security invoker
set search_path = pg_catalog, pg_temp
as $pg_ai$
declare
  shift constant integer := greatest(0, ceil(log(2, greatest(measured, 1) + 1)) - 20);
  turn bigint;
begin
  if not ai_private.counts(stack) then
    return;
  end if;
  turn := nextval('ai_private.breach_turn');
  perform setval(format('ai_private.breach_%s', turn % 16)::regclass,
    ((turn / 16 % 16) << 59)
    | ((case when number between 0 and 1048574 then number else 1048575 end)::bigint << 39)
    | (limit_number::bigint << 37)
    | (least(shift, 31)::bigint << 32)
    | (least(measured >> shift, 1048575) << 12)
    | (floor(extract(epoch from clock_timestamp()))::bigint % 4096));
exception when others then
  null;
end
$pg_ai$;
comment on function ai_private.note_breach(text, integer, integer, bigint) is 'Keeps what was measured of a broken limit';
revoke all on function ai_private.note_breach(text, integer, integer, bigint) from public;
grant execute on function ai_private.note_breach(text, integer, integer, bigint) to ai_owner;
