-- Actions that the current DDL statement may have changed otherwise than by their tables: those with a hook whose function was made, or was
-- altered and may have had another name; and those whose SQL may name what was made or altered. For ai_private.on_ddl.
create function ai_private.changed_actions()
returns setof text
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
as $pg_ai$
  with command as materialized (
    select distinct c.classid, starts_with(c.command_tag, 'CREATE ') as made, coalesce(p.proname, y.typname) as name
    from pg_event_trigger_ddl_commands() as c
    left join pg_proc p on c.classid = 'pg_proc'::regclass and p.oid = c.objid
    left join pg_type y on c.classid = 'pg_type'::regclass and y.oid = c.objid
    where (coalesce(p.oid, y.oid) is not null or c.classid in ('pg_namespace'::regclass, 'pg_extension'::regclass)) and c.schema_name is distinct from 'pg_temp'
  )
  select h.action
  from ai.hooks h
  join ai.action a on a.action_name = h.action
  where h.function is not null and exists (select from command c where c.classid = 'pg_proc'::regclass and (not c.made or strpos(lower(h.function), lower(c.name)) > 0))
  union
  select a.action_name
  from ai.action a
  join ai.meta_actions m on m.action_name = a.action_name
  where exists (
      select from command c
      -- of a rename only the new name is known, and comparing all actions takes 5 ms for each
      where c.name is null or current_query() ~* '(^|[^a-z_])rename([^a-z_]|$)' or exists (select from unnest(ai_private.action_sql(m)) as t where strpos(lower(t), lower(c.name)) > 0))
    and a.fingerprint is distinct from ai_private.fingerprint(ai_private.action_snapshot(a.action_name))
  order by 1
$pg_ai$;
alter function ai_private.changed_actions() owner to ai_owner;
comment on function ai_private.changed_actions() is 'Actions that the current DDL statement may have changed otherwise than by their tables';
-- Executable by everybody: event triggers do what they do as whoever issues the DDL.
grant execute on function ai_private.changed_actions() to public;
