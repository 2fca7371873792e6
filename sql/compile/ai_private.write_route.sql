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
revoke all on function ai_private.write_route(text, integer[], text[]) from public;
grant execute on function ai_private.write_route(text, integer[], text[]) to ai_owner;
