-- Removes the programs of an action, but for one. Their names are the action's with an md5 behind it; names of actions may hold dots themselves.
create function ai_private.forget_action_programs(name text, kept text default null)
returns void
language sql
volatile
security invoker
set search_path = pg_catalog, pg_temp
as $pg_ai$
  delete from ai_private.program p
  where starts_with(p.name, format('action.%s.', forget_action_programs.name)) and length(p.name) = length(format('action.%s.', forget_action_programs.name)) + 32
    and p.name is distinct from kept
$pg_ai$;
comment on function ai_private.forget_action_programs(text, text) is 'Removes the JavaScript of an action';
revoke all on function ai_private.forget_action_programs(text, text) from public;
grant execute on function ai_private.forget_action_programs(text, text) to ai_owner;
