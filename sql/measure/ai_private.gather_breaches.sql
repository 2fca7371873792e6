-- Moves broken limits to ai.limit_breach. Called under the lock of the row in ai_private.metric_cursor.
create function ai_private.gather_breaches()
returns void
language plpgsql
volatile
security invoker
set search_path = pg_catalog, pg_temp
as $pg_ai$
declare
  seen constant bigint := coalesce((select s.errors from ai_private.error_seen s where s.cell = -2), 0);
  last constant bigint := pg_sequence_last_value('ai_private.breach_turn');
begin
  if last is null or last = seen then
    return;
  end if;
  insert into ai.limit_breach (at, relation, operation, action, limit_name, measured, allowed)
  select b.at, o.qualified_name, o.operation, a.action_name, b.limit_name,
    case b.limit_name
      when 'latency' then to_jsonb(trim_scale(b.measured / 1000.0))
      when 'statements' then to_jsonb(array_remove(array[
        case when b.measured & 1 > 0 then 'insert' end, case when b.measured & 2 > 0 then 'update' end, case when b.measured & 4 > 0 then 'delete' end,
        case when b.measured & 8 > 0 then 'other' end], null))
      else to_jsonb(b.measured)
    end,
    coalesce(o.plan -> 'limits', a.limits) -> b.limit_name
  from ai_private.fresh_breaches(seen) as b
  left join ai.operation o on o.dispatch = b.subject
  left join ai.action a on a.dispatch = b.subject
  where b.turn <= last;
  insert into ai_private.error_seen as s (cell, subject, errors) values (-2, 0, last)
  on conflict (cell) do update set errors = excluded.errors, transaction = excluded.transaction;
end
$pg_ai$;
comment on function ai_private.gather_breaches() is 'Records broken limits';
revoke all on function ai_private.gather_breaches() from public;
grant execute on function ai_private.gather_breaches() to ai_owner;
