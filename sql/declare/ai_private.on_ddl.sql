create function ai_private.on_ddl()
returns event_trigger
language plpgsql
security invoker
set search_path = pg_catalog, pg_temp
as $pg_ai$
declare
  changed record;
  name text;
  problems jsonb;
begin
  -- pg_dump restores with function bodies unchecked: then the functions and the registry come with the dump.
  if not current_setting('check_function_bodies')::boolean then
    return;
  end if;
  -- the compiler's own statements
  if (select bool_and(c.schema_name = 'ai_gen') from pg_event_trigger_ddl_commands() as c) then
    return;
  end if;
  for changed in select c.relation, c.declaring from ai_private.changed_relations() as c loop
    if changed.declaring then
      if not pg_has_role(current_user, 'ai_admin', 'MEMBER') and ai_private.declares_now(changed.relation) then
        raise exception using errcode = '42501',
          message = ai_private.message('PI005', jsonb_build_object('table', changed.relation::regclass::text, 'role', current_user)),
          hint = ai_private.message('PI005.hint', jsonb_build_object('role', quote_ident(current_user)));
      end if;
      select ai_private.declare_table(changed.relation) into problems;
      if ai_private.has_errors(problems) then
        perform ai_private.refuse_declaration(changed.relation, problems);
      end if;
      perform ai_private.warn(problems);
      perform ai_private.warn_held(changed.relation);
    else
      perform ai_private.recompile_quietly(changed.relation);
    end if;
  end loop;
  for name in select a from ai_private.changed_actions() as a loop
    perform ai_private.recompile_action_quietly(name);
  end loop;
end
$pg_ai$;
comment on function ai_private.on_ddl() is 'Compiles declarations as they are made, and tables as they change';
