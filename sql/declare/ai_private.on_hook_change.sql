-- Before the tables that a hook is about are compiled again (on_program_change): its functions are made, and whether who registers it may.
-- Nobody makes operations run what they may not run themselves.
create function ai_private.on_hook_change()
returns trigger
language plpgsql
security invoker
set search_path = pg_catalog, pg_temp
as $pg_ai$
declare
  problems jsonb := '[]';
  routine jsonb;
begin
  -- pg_dump restores with function bodies unchecked: then the functions come with the dump.
  if not current_setting('check_function_bodies')::boolean then
    return null;
  end if;
  if tg_op <> 'INSERT' and (tg_op = 'DELETE' or new.name <> old.name) then
    perform ai_private.build_hook(old.name);
  end if;
  if tg_op = 'DELETE' then
    return null;
  end if;
  select ai_private.build_hook(new.name) into problems;
  routine := ai_private.routine_snapshot(new.function);
  if routine is not null and not has_function_privilege(format('%s(jsonb)', routine ->> 'qualified'), 'execute') then
    problems := problems || jsonb_build_object('severity', 'error', 'path', format('hook %s: function', new.name),
      'reason', format('%s may not execute %s', current_user, routine ->> 'qualified'),
      'suggestion', format('grant execute on function %s(jsonb) to %I', routine ->> 'qualified', current_user));
  end if;
  if new.phase = 'post_commit' and new.enabled and new.action is not null and ai_private.hook_problem(new) is not null then
    problems := problems || jsonb_build_object('severity', 'error', 'path', format('hook %s: function', new.name), 'reason', ai_private.hook_problem(new),
      'suggestion', 'a function (ctx jsonb) returns jsonb that ai_owner may execute');
  end if;
  if ai_private.has_errors(problems) then
    perform ai_private.refuse_program('hook', new.name, problems);
  end if;
  return null;
end
$pg_ai$;
comment on function ai_private.on_hook_change() is 'Makes the functions of a hook that is registered, and removes those of one that goes';
revoke all on function ai_private.on_hook_change() from public;
grant execute on function ai_private.on_hook_change() to ai_admin;
