-- Writes one function of the router: a leaf ends in ai_private.reroute for numbers that it does not know.
create function ai_private.write_route(function_name text, numbers integer[], calls text[], leaf boolean)
returns void
language plpgsql
security invoker
set search_path = pg_catalog, pg_temp
as $pg_ai$
begin
  execute format('create or replace function ai_gen.%I(dispatch integer, operation text, table_name text, inputs jsonb, options jsonb) returns jsonb language plpgsql volatile as %L',
    function_name,
    E'\n-- Generated from ai.operation and ai.action.\nbegin\n' || ai_private.route_tree(numbers, calls, leaf)
    || case when leaf then E'  return ai_private.reroute($1, $2, $3, $4, $5);\n' else '' end
    || E'end\n');
  execute format('revoke all on function ai_gen.%I(integer, text, text, jsonb, jsonb) from public', function_name);
  execute format('grant execute on function ai_gen.%I(integer, text, text, jsonb, jsonb) to ai_user, ai_admin', function_name);
end
$pg_ai$;
comment on function ai_private.write_route(text, integer[], text[], boolean) is 'Writes one function of the router';
revoke all on function ai_private.write_route(text, integer[], text[], boolean) from public;
grant execute on function ai_private.write_route(text, integer[], text[], boolean) to ai_owner;
