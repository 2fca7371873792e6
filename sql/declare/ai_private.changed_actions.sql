-- Actions that the current DDL statement may have changed otherwise than by their tables: those with a hook whose function was made, or was
-- altered and may have had another name. For ai_private.on_ddl.
create function ai_private.changed_actions()
returns setof text
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
as $pg_ai$
  select distinct h.action
  from ai.hooks h
  join ai.action a on a.action_name = h.action
  where h.function is not null
    and exists (
      select from pg_event_trigger_ddl_commands() as c
      left join pg_proc p on p.oid = c.objid
      where c.classid = 'pg_proc'::regclass and (c.command_tag <> 'CREATE FUNCTION' or strpos(lower(h.function), lower(p.proname)) > 0))
  order by 1
$pg_ai$;
alter function ai_private.changed_actions() owner to ai_owner;
comment on function ai_private.changed_actions() is 'Actions whose hooks the current DDL statement may have changed';
-- Executable by everybody: event triggers do what they do as whoever issues the DDL.
grant execute on function ai_private.changed_actions() to public;
