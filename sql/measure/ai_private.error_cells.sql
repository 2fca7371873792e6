-- What the error cells hold, beside what of it is gathered already. Cell -1: errors without a kind. Nothing on a replica, which has no unlogged
-- sequences.
create function ai_private.error_cells()
returns table (cell integer, subject bigint, errors bigint, fresh bigint)
language plpgsql
volatile
security invoker
set search_path = pg_catalog, pg_temp
as $pg_ai$
#variable_conflict use_column
begin
  if pg_is_in_recovery() then
    return;
  end if;
  return query
  select c.cell, c.subject, c.errors,
    -- A cell that was freed, or lost in a crash, counts from the beginning.
    case when s.subject = c.subject and s.errors <= c.errors then c.errors - s.errors else c.errors end
  from (
    select n as cell, v >> 17 as subject, v & 131071 as errors
    from generate_series(0, 23) as n
    cross join lateral pg_sequence_last_value(format('ai_private.error_cell_%s', n)::regclass) as v
    where v is not null
    union all
    select -1, 1048575::bigint << 26, v from pg_sequence_last_value('ai_private.error_elsewhere') as v where v is not null
  ) as c
  left join ai_private.error_seen s on s.cell = c.cell;
end
$pg_ai$;
comment on function ai_private.error_cells() is 'Error cells, and what in them is new';
revoke all on function ai_private.error_cells() from public;
grant execute on function ai_private.error_cells() to ai_owner;
