-- Takes an operation out of the registry, the router and ai_gen.
create function ai_private.drop_operation(gone ai.operation)
returns void
language plpgsql
volatile
security invoker
set search_path = pg_catalog, pg_temp
as $pg_ai$
declare
  f record;
begin
  delete from ai.operation p where p.dispatch = gone.dispatch;
  perform ai_private.refresh_route(gone.dispatch / 64);
  for f in
    select p.oid::regprocedure as signature from pg_proc p
    where p.pronamespace = 'ai_gen'::regnamespace and p.proname in (gone.function_name, regexp_replace(gone.function_name, '__json$', ''), gone.bulk_function_name)
  loop
    execute format('drop function %s', f.signature);
  end loop;
end
$pg_ai$;
comment on function ai_private.drop_operation(ai.operation) is 'Takes an operation out of the registry, the router and ai_gen';
revoke all on function ai_private.drop_operation(ai.operation) from public;
grant execute on function ai_private.drop_operation(ai.operation) to ai_owner;
