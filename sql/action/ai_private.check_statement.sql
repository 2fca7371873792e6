-- Whether a statement of an action can run: names and types are resolved, and with "rights" also whether ai_owner may do what the planner finds in it.
-- Nothing is executed. Raises PostgreSQL's own error.
create function ai_private.check_statement(statement text, types text[], path text, rights boolean)
returns void
language plpgsql
volatile
security invoker
set search_path = pg_catalog, pg_temp
as $pg_ai$
begin
  perform set_config('search_path', path, true);
  if exists (select from pg_catalog.pg_prepared_statements s where s.name operator(pg_catalog.=) 'pg_ai_checked') then
    deallocate pg_ai_checked;
  end if;
  begin
    execute pg_catalog.format('prepare pg_ai_checked%s as %s', coalesce('(' || nullif(array_to_string(types, ', '), '') || ')', ''), statement);
    execute pg_catalog.format('explain execute pg_ai_checked%s', coalesce('(' || nullif(array_to_string(array_fill('null'::text, array[cardinality(types)]), ', '), '') || ')', ''));
  exception when insufficient_privilege then
    if rights then
      raise;
    end if;
  end;
  if exists (select from pg_catalog.pg_prepared_statements s where s.name operator(pg_catalog.=) 'pg_ai_checked') then
    deallocate pg_ai_checked;
  end if;
end
$pg_ai$;
comment on function ai_private.check_statement(text, text[], text, boolean) is 'Raises what is wrong with a statement, without running it';
revoke all on function ai_private.check_statement(text, text[], text, boolean) from public;
grant execute on function ai_private.check_statement(text, text[], text, boolean) to ai_owner;
