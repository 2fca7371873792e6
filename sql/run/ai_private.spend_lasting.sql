-- Takes a call from a rate limit that counts refused calls too ("count_refused"). A refused call takes back what its transaction wrote, but not what it did to a
-- sequence, so the counters are sequences: 64 sets of eight. A key belongs to one set and takes a sequence there that no key in debt has. Its value is a mark of the
-- key (22 bits) and the moment, in milliseconds, from which the key owes nothing: every call puts that off by period / most, and may not put it off beyond one
-- period from now. A value in the past is as good as none.
-- Where all eight are in debt to others, the one that owes least is taken over with its debt. So nobody is ever let through beyond the limit; where more
-- than some hundred keys are in debt at once, some may be refused too early.
-- The set is locked in a subtransaction that is always taken back: that lets go of the lock at once, whatever happens, and not of what was counted.
create function ai_private.spend_lasting(
  table_name text, operation text, policy text, told text, most integer, period interval, counted text, message text
)
returns void
language plpgsql
volatile
security invoker
set search_path = pg_catalog, pg_temp
as $pg_ai$
declare
  hash constant bigint := hashtextextended(policy || ' ' || told || ' ' || counted, 0);
  mark constant bigint := (hash >> 8) & 4194303;
  first constant integer := (hash & 63)::integer * 8;
  length constant bigint := (date_part('epoch', period) * 1000)::bigint;
  moment bigint;
  value bigint;
  debt bigint;
  chosen integer;
  chosen_debt bigint;
  allowed boolean;
begin
  begin
    perform pg_advisory_xact_lock(1885303913, first);
    moment := (date_part('epoch', clock_timestamp()) * 1000)::bigint;
    for i in first .. first + 7 loop
      value := coalesce(pg_sequence_last_value(format('ai_gen._rate_%s', i)::regclass), 0);
      debt := greatest((value & 2199023255551) - moment, 0);
      if debt > 0 and value >> 41 = mark then
        chosen := i;
        chosen_debt := debt;
        exit;
      elsif chosen is null or debt < chosen_debt then
        chosen := i;
        chosen_debt := debt;
      end if;
    end loop;
    allowed := chosen_debt + length / most <= length;
    if allowed then
      perform setval(format('ai_gen._rate_%s', chosen)::regclass, (mark << 41) | (moment + chosen_debt + length / most));
    end if;
    raise exception using errcode = 'PI299', message = 'a counter is let go';
  exception when sqlstate 'PI299' then
    null;
  end;
  if not allowed then
    perform ai_private.refuse_rate(table_name, operation, policy, told, (chosen_debt + length / most - length) / 1000.0, message);
  end if;
end
$pg_ai$;
comment on function ai_private.spend_lasting(text, text, text, text, integer, interval, text, text) is 'Takes a call from a rate limit that counts refused calls';
revoke all on function ai_private.spend_lasting(text, text, text, text, integer, interval, text, text) from public;
grant execute on function ai_private.spend_lasting(text, text, text, text, integer, interval, text, text) to ai_owner;
