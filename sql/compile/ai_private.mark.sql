-- A declaration that is not in force: its functions refuse, and say why.
create function ai_private.mark(target oid, snapshot jsonb, print text, new_state text, problems jsonb)
returns void
language plpgsql
volatile
security invoker
set search_path = pg_catalog, pg_temp
as $pg_ai$
declare
  o ai.operation;
  f regprocedure;
begin
  if exists (select from ai.declaration d where d.relation = target and d.fingerprint is not distinct from print and d.state = new_state and d.problems = mark.problems) then
    return;
  end if;
  perform ai_private.settle_errors();
  if new_state = 'pending' then
    -- for a worker that compiles (workers/compile.ts)
    perform pg_notify('pg_ai_compile', '');
  end if;
  insert into ai.declaration (relation, qualified_name, fingerprint, state, problems, changed_at)
  values (target, snapshot ->> 'qualified', print, new_state, problems, clock_timestamp())
  on conflict (relation) do update
  set qualified_name = excluded.qualified_name, fingerprint = excluded.fingerprint, state = excluded.state, problems = excluded.problems, changed_at = excluded.changed_at;
  insert into ai.revision (qualified_name, fingerprint, state, declaration, problems)
  values (snapshot ->> 'qualified', print, new_state, to_jsonb(snapshot ->> 'comment'), problems);
  for o in update ai.operation set state = new_state, qualified_name = snapshot ->> 'qualified' where relation = target returning * loop
    execute format(
      'create or replace function ai_gen.%I(inputs jsonb, options jsonb default ''{}'') returns jsonb language plpgsql volatile security invoker set search_path = pg_catalog, pg_temp as %L',
      o.function_name,
      format(E'\n-- Not in force: %s.\nbegin\n  perform ai_private.find_operation(%L, %L, ''{}'');\n  return null;\nend\n', new_state, o.operation, o.qualified_name));
    -- The typed function depends on the types of its parameters, and nobody should be kept from dropping those.
    for f in select p.oid::regprocedure from pg_proc p
      where p.pronamespace = 'ai_gen'::regnamespace and p.proname = regexp_replace(o.function_name, '__json$', '') loop
      begin
        execute format('drop function %s', f);
      exception when dependent_objects_still_exist then
        null; -- somebody's own function calls it; it leads to the refusal above
      end;
    end loop;
    if o.bulk_function_name is not null then
      execute format(
        'create or replace function ai_gen.%I(inputs jsonb[]) returns jsonb language plpgsql volatile security invoker set search_path = pg_catalog, pg_temp as %L',
        o.bulk_function_name,
        format(E'\n-- Not in force: %s.\nbegin\n  perform ai_private.find_operation(%L, %L, ''{}'');\n  return null;\nend\n', new_state, o.operation, o.qualified_name));
    end if;
  end loop;
end
$pg_ai$;
comment on function ai_private.mark(oid, jsonb, text, text, jsonb) is 'Takes a declaration out of force';
revoke all on function ai_private.mark(oid, jsonb, text, text, jsonb) from public;
grant execute on function ai_private.mark(oid, jsonb, text, text, jsonb) to ai_owner;
