-- How calls of an operation or an action went under one declaration. Refusals by policies and privileges do not count: whoever is refused could
-- otherwise have a policy taken back by asking often enough.
create function ai_private.calls_under(print text, relation_name text, operation_name text, action text, since timestamptz)
returns table (calls bigint, failed bigint, errors jsonb)
language sql
volatile
security invoker
set search_path = pg_catalog, pg_temp
as $pg_ai$
  select coalesce(sum(c.calls), 0)::bigint, coalesce(sum(c.calls) filter (where c.code <> ''), 0)::bigint,
    coalesce(jsonb_object_agg(c.code, c.calls) filter (where c.code <> ''), '{}')
  from (
    select m.code, sum(m.calls) as calls
    from ai_private.metric_rows(since) as m
    where m.fingerprint = print and m.relation = relation_name and m.operation = operation_name and m.action = calls_under.action
      and m.code not like 'PI2%' and m.code <> '42501'
    group by m.code
  ) as c
$pg_ai$;
comment on function ai_private.calls_under(text, text, text, text, timestamptz) is 'How calls went under one declaration';
revoke all on function ai_private.calls_under(text, text, text, text, timestamptz) from public;
grant execute on function ai_private.calls_under(text, text, text, text, timestamptz) to ai_owner;
