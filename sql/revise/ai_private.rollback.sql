create function ai_private.rollback(name text, wanted bigint, path name[])
returns bigint
language plpgsql
volatile
security invoker
set search_path = pg_catalog, pg_temp
as $pg_ai$
declare
  table_name constant text := ai_private.table_by_name(name, path);
  is_table constant boolean := exists (select from ai.revision r where r.kind = 'table' and r.qualified_name = table_name);
  is_action constant boolean := exists (select from ai.revision r where r.kind = 'action' and r.qualified_name = name);
  target constant oid := to_regclass(table_name);
  present jsonb;
  latest bigint;
  chosen ai.revision;
  problems jsonb;
  made bigint;
begin
  if is_table and is_action then
    raise exception using errcode = 'PI101', message = ai_private.message('PI101.both', jsonb_build_object('name', name)),
      hint = ai_private.message('PI101.both.hint', jsonb_build_object('name', name, 'table', table_name));
  end if;
  select max(r.revision) into latest from ai.revision r
  where r.kind = case when is_action then 'action' else 'table' end and r.qualified_name = case when is_action then name else table_name end;
  if is_action then
    chosen.revision := ai.restore_action(name, wanted);
    made := ai_private.note_rollback('action', name, latest, chosen.revision);
    return coalesce(made, latest);
  end if;
  if target is not null then
    present := ai_private.table_source(target);
    if wanted is null then
      select r.* into chosen from ai_private.revisions_before('table', table_name, present) as r limit 1;
    else
      select r.* into chosen from ai.revision r
      where r.revision = wanted and r.kind = 'table' and r.qualified_name = table_name and r.state = 'ready' and r.source is not null;
    end if;
  end if;
  if chosen.revision is null then
    raise exception using errcode = 'PI101', message = ai_private.message('PI101.rollback', jsonb_build_object('name', table_name, 'revision', coalesce(wanted::text, ''))),
      hint = ai_private.message('PI101.rollback.hint', jsonb_build_object('name', table_name));
  end if;
  perform ai_private.release_held(target);
  perform ai_private.write_comments(target, chosen.source);
  perform ai_private.write_program(target, null, chosen.source);
  perform ai_private.build_hooks(array(select k from jsonb_object_keys(present -> 'hooks' || (chosen.source -> 'hooks')) as k));
  select ai_private.declare_table(target) into problems;
  if ai_private.has_errors(problems) then
    perform ai_private.refuse_declaration(target, problems);
  end if;
  made := ai_private.note_rollback('table', table_name, latest, chosen.revision);
  return coalesce(made, latest);
end
$pg_ai$;
comment on function ai_private.rollback(text, bigint, name[]) is 'Behind ai.rollback: the caller''s search_path as an argument';
revoke all on function ai_private.rollback(text, bigint, name[]) from public;
grant execute on function ai_private.rollback(text, bigint, name[]) to ai_admin;
