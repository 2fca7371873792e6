-- Brings the leaf of an operation number, and where the leaf is new or empty the root, in step with ai.operation. Runs as ai_owner.
create function ai_private.refresh_route(dispatch_number integer)
returns void
language plpgsql
security invoker
set search_path = pg_catalog, pg_temp
as $pg_ai$
declare
  leaf constant integer := dispatch_number / 64;
  leaf_name constant text := format('route_%s', leaf);
  numbers integer[];
  calls text[];
begin
  select coalesce(array_agg(o.dispatch order by o.dispatch), '{}'), coalesce(array_agg(format('ai_gen.%I($2, $3)', o.function_name) order by o.dispatch), '{}')
  into numbers, calls
  from ai.operation o
  where o.dispatch between leaf * 64 and leaf * 64 + 63;
  perform ai_private.write_route(leaf_name, numbers, calls);
  -- The root names leaves only; one that has lost its last operation stays and says so when asked.
  select array_agg(l.leaf order by l.leaf) into numbers
  from (
    select substr(p.proname, 7)::integer as leaf
    from pg_proc p
    where p.pronamespace = 'ai_gen'::regnamespace and p.proname ~ '^route_[0-9]+$'
  ) as l;
  if coalesce(position(format('ai_gen.%s(', leaf_name) in (select p.prosrc from pg_proc p where p.pronamespace = 'ai_gen'::regnamespace and p.proname = 'route')), 0) = 0 then
    perform ai_private.write_route('route',
      array(select n * 64 from unnest(numbers) as n order by n),
      array(select format('ai_gen.route_%s($1, $2, $3)', n) from unnest(numbers) as n order by n));
  end if;
end
$pg_ai$;
comment on function ai_private.refresh_route(integer) is 'Rewrites the part of the router that an operation number falls in';
revoke all on function ai_private.refresh_route(integer) from public;
grant execute on function ai_private.refresh_route(integer) to ai_owner;
