-- Declarations take effect in their own statement, and DDL on a declared table compiles it again. The event triggers
-- are in event_triggers.sql; without them ai.compile() does the same on request.

-- Tables that the statement at hand may have changed, and whether it is a declaration. It starts from what changed and follows what depends on it,
-- so that DDL on other tables costs next to nothing however many tables there are; fingerprints then tell which tables really are other than before.
create function ai_private.changed_relations()
returns table (relation oid, declaring boolean)
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $pg_ai$
#variable_conflict use_column
declare
  commented oid[];
  classes oid[];
  objects oid[];
  anywhere boolean;
begin
  select array_agg(c.objid) filter (where c.classid = 'pg_class'::regclass and c.command_tag = 'COMMENT'),
    array_agg(c.classid) filter (where c.command_tag <> 'COMMENT'),
    array_agg(c.objid) filter (where c.command_tag <> 'COMMENT'),
    -- names that may stand in any function
    bool_or(c.classid in ('pg_namespace'::regclass, 'pg_extension'::regclass) and c.command_tag <> 'COMMENT')
  into commented, classes, objects, anywhere
  from pg_event_trigger_ddl_commands() as c
  where c.schema_name is null or c.schema_name not in ('pg_temp', 'ai_gen', 'ai_private');

  return query
    select c.oid, true
    from unnest(commented) as u (oid)
    join pg_class c on c.oid = u.oid and c.relkind in ('r', 'p', 'f', 'v', 'm')
    where ai_private.may_declare(c.oid);
  if objects is null then
    return;
  end if;
  return query
    with recursive reached as (
      select u.classid, u.objid from unnest(classes, objects) as u (classid, objid)
      union
      -- types made of a type, tables that inherit, defaults and constraints that call, sequences and indexes
      select made.classid, made.objid
      from reached r
      cross join lateral (
        select p.classid, p.objid
        from pg_depend p
        where p.refclassid = r.classid and p.refobjid = r.objid
          and p.classid in ('pg_class'::regclass, 'pg_type'::regclass, 'pg_attrdef'::regclass, 'pg_constraint'::regclass)
        union all
        -- a composite type does not depend on its relation: it is the other way round
        select 'pg_type'::regclass::oid, c.reltype from pg_class c where r.classid = 'pg_class'::regclass and c.oid = r.objid and c.reltype <> 0
      ) as made
      where r.classid in ('pg_class'::regclass, 'pg_type'::regclass, 'pg_proc'::regclass)
    ),
    touched as (
      select r.objid as oid from reached r where r.classid = 'pg_class'::regclass
      union
      select i.indrelid from reached r join pg_index i on i.indexrelid = r.objid where r.classid = 'pg_class'::regclass
      union
      -- the table whose identity column reads the sequence
      select p.refobjid from reached r join pg_depend p on p.classid = r.classid and p.objid = r.objid and p.refclassid = 'pg_class'::regclass
      where r.classid = 'pg_class'::regclass
      union
      select d.adrelid from reached r join pg_attrdef d on d.oid = r.objid where r.classid = 'pg_attrdef'::regclass
      union
      select k.conrelid from reached r join pg_constraint k on k.oid = r.objid where r.classid = 'pg_constraint'::regclass
    )
    select d.relation::oid, false
    from ai.declaration d
    where (anywhere or d.relation::oid in (select t.oid from touched t)) and d.relation::oid <> all (coalesce(commented, '{}'))
    order by d.relation::oid;
end
$pg_ai$;
alter function ai_private.changed_relations() owner to ai_owner;
comment on function ai_private.changed_relations() is 'Declared tables that the current DDL statement may have changed';

create function ai_private.on_ddl()
returns event_trigger
language plpgsql
security invoker
set search_path = pg_catalog, pg_temp
as $pg_ai$
declare
  changed record;
  problems jsonb;
begin
  -- pg_dump restores with function bodies unchecked: then the functions and the registry come with the dump.
  if not current_setting('check_function_bodies')::boolean then
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
    else
      perform ai_private.recompile_quietly(changed.relation);
    end if;
  end loop;
end
$pg_ai$;
comment on function ai_private.on_ddl() is 'Compiles declarations as they are made, and tables as they change';

-- Whether the comment would be compiled: a plain comment by anyone stays nobody's business.
create function ai_private.declares_now(target oid)
returns boolean
language sql
stable
set search_path = pg_catalog, pg_temp
as $pg_ai$
  select coalesce(c like '%@ai(%' or c like '%"operations"%', false) from obj_description(target, 'pg_class') as c
$pg_ai$;
comment on function ai_private.declares_now(oid) is 'Whether a table''s comment holds a declaration';

create function ai_private.warn(problems jsonb)
returns void
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $pg_ai$
declare
  p jsonb;
begin
  for p in select x from jsonb_array_elements(problems) as x where x ->> 'severity' = 'warning' loop
    raise notice '%: %', p ->> 'path', (p ->> 'reason') || coalesce('; ' || (p ->> 'suggestion'), '');
  end loop;
end
$pg_ai$;
comment on function ai_private.warn(jsonb) is 'Shows warnings about a declaration';

-- Ordinary DDL never fails because of pg_ai: what cannot be compiled any more is taken out of force. A conflict with another transaction says
-- nothing about the table, so it fails like any other: trying again succeeds.
create function ai_private.recompile_quietly(target oid)
returns void
language plpgsql
security invoker
set search_path = pg_catalog, pg_temp
as $pg_ai$
declare
  problems jsonb;
begin
  begin
    select ai_private.declare_table(target) into problems;
  exception
    when transaction_rollback or lock_not_available or insufficient_resources or operator_intervention or system_error then
      raise;
    when others then
      problems := jsonb_build_array(jsonb_build_object('severity', 'error', 'path', target::regclass::text, 'reason', sqlerrm));
      perform ai_private.give_up(target, problems);
  end;
  if ai_private.has_errors(problems) then
    raise warning using errcode = 'PI003',
      message = ai_private.message('PI003.warning', jsonb_build_object('table', target::regclass::text, 'problem', problems #>> '{0,reason}')),
      hint = ai_private.message('PI003.hint', jsonb_build_object('table', target::regclass::text));
  end if;
end
$pg_ai$;
comment on function ai_private.recompile_quietly(oid) is 'Recompiles a table after DDL; marks it inconsistent where that fails';

-- Takes a declaration out of force because recompiling it failed. Public like prepare(), so it first makes sure that something has changed;
-- only those who may change the declaration may also write about what is out of force already.
-- The fingerprint stays empty: the next compilation looks at the table again.
create function ai_private.give_up(target oid, problems jsonb)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $pg_ai$
declare
  snapshot constant jsonb := ai_private.catalog_snapshot(target);
begin
  if not exists (
    select from ai.declaration d
    join pg_class c on c.oid = d.relation
    where d.relation = target and d.fingerprint is distinct from ai_private.fingerprint(snapshot)
      and (d.state = 'ready' or pg_has_role(session_user, c.relowner, 'MEMBER') or pg_has_role(session_user, 'ai_admin', 'MEMBER')
        or pg_has_role(session_user, 'ai_worker', 'MEMBER'))
  ) then
    return;
  end if;
  perform ai_private.lock_compiler();
  delete from ai_private.prepared p where p.relation = target;
  perform ai_private.mark(target, snapshot, null, 'inconsistent', problems);
end
$pg_ai$;
alter function ai_private.give_up(oid, jsonb) owner to ai_owner;
comment on function ai_private.give_up(oid, jsonb) is 'Marks a table inconsistent after a failed recompilation';

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
begin
  for target in
    select d.relation from ai.declaration d
    where d.relation::oid in (select o.objid from pg_event_trigger_dropped_objects() as o where o.classid = 'pg_class'::regclass and o.objsubid = 0)
  loop
    perform ai_private.forget(target);
  end loop;
  -- Something a table is made of went away by itself (an index, a type, a function with CASCADE): see which tables are other than they were.
  if exists (
    select from pg_event_trigger_dropped_objects() as o
    -- what the compiler itself drops in ai_gen is no part of any table, and looking at all tables each time would cost more than compiling
    where not o.is_temporary and o.schema_name is distinct from 'ai_gen'
      and o.object_type in ('index', 'type', 'function', 'table column', 'table constraint', 'default value', 'domain constraint', 'sequence')
  ) then
    for target in
      select d.relation from ai.declaration d
      where d.state = 'ready' and d.fingerprint is distinct from ai_private.fingerprint(ai_private.catalog_snapshot(d.relation))
        -- an ALTER TABLE has its own turn at the end of the command
        and tg_tag not like 'ALTER%'
    loop
      perform ai_private.recompile_quietly(target);
    end loop;
  end if;
end
$pg_ai$;
alter function ai_private.on_drop() owner to ai_owner;
comment on function ai_private.on_drop() is 'Forgets dropped tables, and recompiles those that lost a part';
