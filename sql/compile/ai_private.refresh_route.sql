-- Brings the leaf of an operation number, and where it needs to be the root, in step with ai.operation and ai.action. Runs as ai_owner.
create function ai_private.refresh_route(leaf integer)
returns void
language plpgsql
security invoker
set search_path = pg_catalog, pg_temp
as $pg_ai$
declare
  leaf_name constant text := format('route_%s', leaf);
  numbers integer[];
  calls text[];
  leaves integer[];
begin
  select coalesce(array_agg(o.dispatch order by o.dispatch), '{}'), coalesce(array_agg(format('ai_gen.%I($4, $5)', o.function_name) order by o.dispatch), '{}')
  into numbers, calls
  from (
    select p.dispatch, p.function_name from ai.operation p
    union all
    select a.dispatch, a.function_name from ai.action a where a.function_name is not null
  ) as o
  where o.dispatch between leaf * 64 and leaf * 64 + 63;
  perform ai_private.write_route(leaf_name, numbers, calls, true);
  -- The root names leaves only; one that has lost its last operation stays and says so when asked.
  select array_agg(l.leaf order by l.leaf) into leaves
  from (
    select substr(p.proname, 7)::integer as leaf
    from pg_proc p
    where p.pronamespace = 'ai_gen'::regnamespace and p.proname ~ '^route_[0-9]+$'
  ) as l;
  if cardinality(leaves) = 1 then
    -- A single leaf is the root as well, which spares every call a step.
    perform ai_private.write_route('route', numbers, calls, true);
  elsif coalesce(position(format('ai_gen.%s(', leaf_name) in (select p.prosrc from pg_proc p where p.pronamespace = 'ai_gen'::regnamespace and p.proname = 'route')), 0) = 0 then
    perform ai_private.write_route('route',
      array(select n * 64 from unnest(leaves) as n order by n),
      array(select format('ai_gen.route_%s($1, $2, $3, $4, $5)', n) from unnest(leaves) as n order by n), false);
  end if;
  perform ai_private.renew_plans();
end
$pg_ai$;
comment on function ai_private.refresh_route(integer) is 'Rewrites the leaf of the router with this number';
revoke all on function ai_private.refresh_route(integer) from public;
grant execute on function ai_private.refresh_route(integer) to ai_owner;
