-- An action takes effect in the statement that writes it. What is wrong with it, or would be wrong with one that calls it, refuses the statement.
create function ai_private.on_action_change()
returns trigger
language plpgsql
security invoker
set search_path = pg_catalog, pg_temp
as $pg_ai$
declare
  written text[] := '{}';
  name text;
  caller text;
  problems jsonb;
begin
  if not current_setting('check_function_bodies')::boolean then
    return null;
  end if;
  if tg_op <> 'INSERT' then
    written := array[old.action_name];
  end if;
  if tg_op <> 'DELETE' and new.action_name <> all (written) then
    written := written || new.action_name;
  end if;
  -- Without a language for it there is no compiler in the database either, and what is wrong would be told too late.
  if tg_op <> 'DELETE' and new.language = 'javascript' then
    problems := ai_private.missing_javascript('action ' || new.action_name);
    if problems <> '[]' then
      perform ai_private.refuse_program('action', new.action_name, problems);
    end if;
  end if;
  foreach name in array written loop
    select ai_private.declare_action(name) into problems;
    if ai_private.has_errors(problems) then
      perform ai_private.refuse_program('action', name, problems);
    end if;
    perform ai_private.warn(problems);
  end loop;
  for caller in select a.action_name from ai.action a where a.calls && written and a.action_name <> all (written) order by a.action_name loop
    select ai_private.declare_action(caller) into problems;
    if ai_private.has_errors(problems) then
      -- What is told is about the row that is being changed: a name that goes is missed by those who call it.
      if not exists (select from ai.meta_actions m where m.action_name = written[1]) then
        problems := jsonb_build_array(jsonb_build_object('severity', 'error', 'path', format('action %s', written[1]), 'reason', format('the action "%s" calls it', caller),
          'suggestion', format('take the call out of "%s", or delete that action, first', caller)));
        caller := written[1];
      end if;
      perform ai_private.refuse_program('action', caller, problems);
    end if;
  end loop;
  return null;
end
$pg_ai$;
comment on function ai_private.on_action_change() is 'Compiles an action, and those that call it';
revoke all on function ai_private.on_action_change() from public;
grant execute on function ai_private.on_action_change() to ai_admin;
