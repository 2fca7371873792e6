-- Puts an action's own hooks and policies back to what they were at a revision, up to compiling the action: their functions are made again.
create function ai_private.put_back_action_program(name text, source jsonb)
returns void
language plpgsql
volatile
security invoker
set search_path = pg_catalog, pg_temp
as $pg_ai$
declare
  hooks constant text[] := array(
    select h.name from ai.hooks h where h.action = put_back_action_program.name
    union
    select k from jsonb_object_keys(source -> 'hooks') as k);
  hook text;
begin
  perform ai_private.write_program(null, name, source);
  perform ai_private.build_hooks(hooks);
  foreach hook in array hooks loop
    perform ai_private.serve_hook(hook);
  end loop;
end
$pg_ai$;
comment on function ai_private.put_back_action_program(text, jsonb) is 'Puts an action''s hooks and policies back to a revision';
revoke all on function ai_private.put_back_action_program(text, jsonb) from public;
grant execute on function ai_private.put_back_action_program(text, jsonb) to ai_owner, ai_admin;
