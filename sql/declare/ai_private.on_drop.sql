create function ai_private.on_drop()
returns event_trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
set plv8.start_proc = ''
set pljs.start_proc = ''
as $pg_ai$
declare
  target oid;
  name text;
begin
  for target in
    select d.relation from ai.declaration d
    where d.relation::oid in (select o.objid from pg_event_trigger_dropped_objects() as o where o.classid = 'pg_class'::regclass and o.objsubid = 0)
  loop
    perform ai_private.forget(target);
  end loop;
  for name in
    select distinct a.action_name from ai.action a cross join lateral unnest(a.relations) as r
    where r::oid in (select o.objid from pg_event_trigger_dropped_objects() as o where o.classid = 'pg_class'::regclass and o.objsubid = 0)
    order by 1
  loop
    perform ai_private.recompile_action_quietly(name);
  end loop;
  -- Something a table is made of went away by itself (an index, a type, a function with CASCADE): see which tables are other than they were.
  if exists (
    select from pg_event_trigger_dropped_objects() as o
    -- what the compiler itself drops in ai_gen is no part of any table, and looking at all tables each time would cost more than compiling
    where not o.is_temporary and o.schema_name is distinct from 'ai_gen'
      and o.object_type in ('index', 'type', 'function', 'aggregate', 'table column', 'table constraint', 'default value', 'domain constraint', 'sequence')
  ) then
    for target in
      select d.relation from ai.declaration d
      where d.state = 'ready' and d.fingerprint is distinct from ai_private.fingerprint(ai_private.catalog_snapshot(d.relation))
        -- an ALTER TABLE has its own turn at the end of the command
        and tg_tag not like 'ALTER%'
    loop
      perform ai_private.recompile_quietly(target);
    end loop;
    for name in
      select a.action_name from ai.action a
      left join ai.meta_actions m on m.action_name = a.action_name
      where a.state = 'ready'
        and (a.relations <> '{}' or exists (select from ai.hooks h where h.action = a.action_name) or exists (
          select from pg_event_trigger_dropped_objects() as o cross join unnest(ai_private.action_sql(m)) as t
          where o.object_type in ('function', 'aggregate', 'type') and strpos(lower(t), lower(coalesce(o.object_name, o.address_names[cardinality(o.address_names)]))) > 0))
        and a.fingerprint is distinct from ai_private.fingerprint(ai_private.action_snapshot(a.action_name))
        and tg_tag not like 'ALTER%'
      order by a.action_name
    loop
      perform ai_private.recompile_action_quietly(name);
    end loop;
  end if;
end
$pg_ai$;
alter function ai_private.on_drop() owner to ai_owner;
comment on function ai_private.on_drop() is 'Forgets dropped tables, and recompiles those that lost a part';
