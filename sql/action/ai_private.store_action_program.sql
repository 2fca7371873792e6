-- The JavaScript of an action as a program, named by the md5 of what was written; those of what it was before go. Returns problems.
-- Called by ai_private.store_action, with start_proc pinned.
create function ai_private.store_action_program(name text)
returns jsonb
language plpgsql
volatile
security invoker
set search_path = pg_catalog, pg_temp
as $pg_ai$
declare
  m ai.meta_actions;
  program text;
begin
  select x.* into m from ai.meta_actions x where x.action_name = store_action_program.name;
  if m.language = 'javascript' then
    program := ai_private.action_program(m);
  end if;
  perform ai_private.forget_action_programs(store_action_program.name, program);
  if program is null then
    return '[]';
  end if;
  return ai_private.store_program(program, m.code_template, 'action ' || m.action_name, 'code_template');
end
$pg_ai$;
comment on function ai_private.store_action_program(text) is 'Keeps the JavaScript of an action as a program';
revoke all on function ai_private.store_action_program(text) from public;
grant execute on function ai_private.store_action_program(text) to ai_owner;
