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
      union
      -- tables whose hooks call a function that was made, or was altered and may have had another name
      select d.relation::oid
      from ai.hooks h
      join ai.declaration d on h.relation is null or h.relation = d.relation or ai_private.names_hook(d.relation, h.name)
      where h.function is not null and h.action is null
        and exists (
          select from pg_event_trigger_ddl_commands() as c
          left join pg_proc p on p.oid = c.objid
          where c.classid = 'pg_proc'::regclass and (c.command_tag <> 'CREATE FUNCTION' or strpos(lower(h.function), lower(p.proname)) > 0))
    )
    select d.oid, false
    from (
      select d.relation::oid as oid from ai.declaration d
      union
      -- tables that actions use without any declaration of their own
      select r::oid from ai.action a cross join lateral unnest(a.relations) as r
    ) as d
    where (anywhere or d.oid in (select t.oid from touched t)) and d.oid <> all (coalesce(commented, '{}'))
    order by d.oid;
end
$pg_ai$;
alter function ai_private.changed_relations() owner to ai_owner;
comment on function ai_private.changed_relations() is 'Declared tables that the current DDL statement may have changed';
-- Executable by everybody: event triggers do what they do as whoever issues the DDL.
grant execute on function ai_private.changed_relations() to public;
