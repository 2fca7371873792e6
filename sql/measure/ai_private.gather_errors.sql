-- Adds the errors of the cells to ai_private.metric, as those of the declarations that are in force now. Returns their number. Called under the lock
-- of the row in ai_private.metric_cursor.
create function ai_private.gather_errors()
returns bigint
language plpgsql
volatile
security invoker
set search_path = pg_catalog, pg_temp
as $pg_ai$
declare
  e record;
  gathered bigint := 0;
begin
  for e in
    select c.cell, c.subject, c.errors, c.fresh, n.*
    from ai_private.error_cells() as c
    cross join lateral ai_private.error_named(c.subject) as n
    where c.fresh > 0
  loop
    insert into ai_private.error_seen as s (cell, subject, errors)
    values (e.cell, e.subject, e.errors)
    on conflict (cell) do update set subject = excluded.subject, errors = excluded.errors, transaction = excluded.transaction;
    insert into ai_private.metric as m (at, relation, operation, action, fingerprint, code, bucket, calls, elapsed_us, longest_us)
    values (date_trunc('minute', clock_timestamp()), e.relation, e.operation, e.action, e.fingerprint, e.code, -1, e.fresh, 0, 0)
    on conflict (at, relation, operation, action, fingerprint, code, bucket) do update set calls = m.calls + excluded.calls;
    gathered := gathered + e.fresh;
  end loop;
  return gathered;
end
$pg_ai$;
comment on function ai_private.gather_errors() is 'Counts errors since the last time';
revoke all on function ai_private.gather_errors() from public;
grant execute on function ai_private.gather_errors() to ai_owner;
