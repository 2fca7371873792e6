-- The router: from an operation's number to its function without dynamic SQL, in time that does not grow with the number of tables.
-- ai_gen.route chooses a leaf by halving, the leaf (up to 64 operations) chooses the function the same way. Only what a call visits is planned,
-- so a new connection pays for one path, and a changed table rewrites one leaf.
-- A leaf makes sure of the number: the caller may have read it from a snapshot that is older than the functions.
create function ai_private.route_tree(numbers integer[], calls text[], leaf boolean, depth integer default 1)
returns text
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $pg_ai$
declare
  middle constant integer := cardinality(numbers) / 2;
  margin constant text := repeat('  ', depth);
begin
  if cardinality(numbers) = 0 then
    return '';
  elsif cardinality(numbers) = 1 then
    return case when leaf
      then margin || format(E'if $1 operator(pg_catalog.=) %s then\n', numbers[1]) || margin || format(E'  return %s;\n', calls[1]) || margin || E'end if;\n'
      else margin || format(E'return %s;\n', calls[1])
    end;
  end if;
  return margin || format(E'if $1 operator(pg_catalog.<) %s then\n', numbers[middle + 1])
    || ai_private.route_tree(numbers[:middle], calls[:middle], leaf, depth + 1)
    || margin || E'else\n'
    || ai_private.route_tree(numbers[middle + 1:], calls[middle + 1:], leaf, depth + 1)
    || margin || E'end if;\n';
end
$pg_ai$;
comment on function ai_private.route_tree(integer[], text[], boolean, integer) is 'Text of a decision tree over operation numbers';

create function ai_private.write_route(function_name text, numbers integer[], calls text[])
returns void
language plpgsql
security invoker
set search_path = pg_catalog, pg_temp
as $pg_ai$
begin
  execute format('create or replace function ai_gen.%I(dispatch integer, inputs jsonb, options jsonb) returns jsonb language plpgsql volatile as %L',
    function_name,
    E'\n-- Generated from ai.operation.\nbegin\n' || ai_private.route_tree(numbers, calls, function_name <> 'route')
    || case when function_name <> 'route' or cardinality(numbers) = 0 then
      E'  raise exception using errcode = ''40001'', message = ''the operation has been declared anew or withdrawn since this transaction began'',\n'
      || E'    hint = ''Repeat the transaction.'';\n' else '' end
    || E'end\n');
  execute format('revoke all on function ai_gen.%I(integer, jsonb, jsonb) from public', function_name);
  execute format('grant execute on function ai_gen.%I(integer, jsonb, jsonb) to ai_user, ai_admin', function_name);
end
$pg_ai$;
comment on function ai_private.write_route(text, integer[], text[]) is 'Writes one function of the router';

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
revoke all on function ai_private.route_tree(integer[], text[], boolean, integer) from public;
revoke all on function ai_private.write_route(text, integer[], text[]) from public;
revoke all on function ai_private.refresh_route(integer) from public;
grant execute on function ai_private.route_tree(integer[], text[], boolean, integer) to ai_owner;
grant execute on function ai_private.write_route(text, integer[], text[]) to ai_owner;
grant execute on function ai_private.refresh_route(integer) to ai_owner;
