-- An action whose row is gone: out of the registry, the router and ai_gen.
create function ai_private.forget_action(name text)
returns void
language plpgsql
volatile
security invoker
set search_path = pg_catalog, pg_temp
as $pg_ai$
declare
  gone ai.action;
  f record;
begin
  perform ai_private.lock_compiler();
  delete from ai.action a where a.action_name = name returning a.* into gone;
  if gone.action_name is null then
    return;
  end if;
  perform ai_private.note_action(name, null, 'withdrawn', '[]');
  perform ai_private.forget_action_programs(name);
  if gone.dispatch is not null then
    perform ai_private.refresh_route(gone.dispatch / 64);
  end if;
  for f in
    select p.oid::regprocedure as signature from pg_proc p
    where p.pronamespace = 'ai_gen'::regnamespace and p.proname = any (gone.helpers || gone.function_name)
  loop
    execute format('drop function %s', f.signature);
  end loop;
end
$pg_ai$;
comment on function ai_private.forget_action(text) is 'Takes an action out of the registry, the router and ai_gen';
revoke all on function ai_private.forget_action(text) from public;
grant execute on function ai_private.forget_action(text) to ai_owner;
