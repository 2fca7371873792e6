-- One more error of a kind: finds its cell, or takes a free one. A cell is changed under its advisory lock, which goes with the failed transaction at
-- once; where it is not to be had, or all cells are taken, the error is counted without its kind.
create function ai_private.add_error(number integer, code text)
returns void
language plpgsql
volatile
security invoker
set search_path = pg_catalog, pg_temp
as $pg_ai$
declare
  cells constant integer := 24;
  most constant bigint := 131071;
  locks constant integer := 'ai_private.error_elsewhere'::regclass::oid::bigint::bit(32)::integer;
  subject constant bigint := (case when number between 0 and 1048574 then number else 1048575 end)::bigint << 26 | ai_private.sqlstate_number(code);
  n integer := abs(hashint8(subject)::bigint) % cells;
  cell regclass;
  value bigint;
  mine boolean;
begin
  for step in 1 .. cells loop
    cell := format('ai_private.error_cell_%s', n)::regclass;
    value := pg_sequence_last_value(cell);
    if value is null or value >> 17 = subject and value & most < most then
      for attempt in 1 .. 5 loop
        mine := pg_try_advisory_xact_lock(locks, n);
        exit when mine;
        perform pg_sleep(0.001);
      end loop;
      exit when not mine;
      value := pg_sequence_last_value(cell);
      if value is null or value >> 17 = subject and value & most < most then
        perform setval(cell, case when value is null then subject << 17 | 1 else value + 1 end);
        return;
      end if;
    end if;
    n := (n + 1) % cells;
  end loop;
  perform nextval('ai_private.error_elsewhere');
end
$pg_ai$;
comment on function ai_private.add_error(integer, text) is 'Counts one error of a kind';
revoke all on function ai_private.add_error(integer, text) from public;
grant execute on function ai_private.add_error(integer, text) to ai_owner;
