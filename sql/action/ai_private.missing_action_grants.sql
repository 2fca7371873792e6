-- The GRANTs that ai_owner lacks for an action. As in ai_private.missing_grants they are executed by whoever happens to be there, so names are looked
-- up and privileges chosen from a list; and only what the action's registrar could grant is granted on their behalf ("theirs"): an action must
-- not get at a table because a superuser changes it later. Nothing of the server's own schemas and of pg_ai's is ever granted by itself.
create function ai_private.missing_action_grants(name text)
returns table (statement text, theirs boolean)
language plpgsql
stable
security invoker
set search_path = pg_catalog, pg_temp
set quote_all_identifiers = off
as $pg_ai$
#variable_conflict use_column
declare
  registrar constant oid := ai_private.registrar(name);
begin
  return query
  with needed as (
    select x.position, x.p ->> 'on' as kind, x.p ->> 'name' as name, x.p -> 'columns' as columns, v.word as privilege,
      n.oid as schema_oid, n.nspname as schema_name, c.oid as relation, c.relname as relation_name, f.oid as function
    from jsonb_array_elements(ai_private.action_privileges(name)) with ordinality as x (p, position)
    join unnest(array['select', 'insert', 'update', 'delete', 'usage', 'execute']) as v (word) on v.word = x.p ->> 'privilege'
    left join lateral (select case when x.p ->> 'on' = 'schema' then parse_ident(x.p ->> 'name') else (parse_ident(x.p ->> 'name', false))[1:1] end as part) as i on true
    join pg_namespace n on n.nspname = i.part[1]
    left join pg_class c on x.p ->> 'on' in ('table', 'sequence') and c.relnamespace = n.oid and c.relname = (parse_ident(x.p ->> 'name', false))[2]
      and (c.relkind = 'S') = (x.p ->> 'on' = 'sequence')
    left join pg_proc f on x.p ->> 'on' = 'function' and f.pronamespace = n.oid and f.pronargs = 1 and f.proargtypes[0] = 'jsonb'::regtype
      and format('%I.%I(jsonb)', n.nspname, f.proname) = x.p ->> 'name'
    where x.p ->> 'on' = 'schema' or c.oid is not null or f.oid is not null
  )
  select
    case n.kind
      when 'schema' then format('grant usage on schema %I to ai_owner', n.schema_name)
      when 'function' then format('grant execute on function %s to ai_owner', n.name)
      when 'sequence' then format('grant usage on sequence %I.%I to ai_owner', n.schema_name, n.relation_name)
      else format('grant %s%s on %I.%I to ai_owner', n.privilege, ' (' || string_agg(quote_ident(k.name), ', ' order by k.position) || ')', n.schema_name, n.relation_name)
    end,
    case
      when starts_with(n.schema_name, 'pg_') or n.schema_name in ('information_schema', 'ai', 'ai_private', 'ai_gen') then false
      when n.kind = 'schema' then has_schema_privilege(registrar, n.schema_oid, 'usage with grant option')
      when n.kind = 'function' then has_function_privilege(registrar, n.function, 'execute with grant option')
      when n.kind = 'sequence' then has_sequence_privilege(registrar, n.relation, 'usage with grant option')
      else coalesce(bool_and(case when k.name is not null then has_column_privilege(registrar, n.relation, k.name, n.privilege || ' with grant option') end),
        has_table_privilege(registrar, n.relation, n.privilege || ' with grant option'))
    end
  from needed n
  left join lateral jsonb_array_elements_text(n.columns) with ordinality as k (name, position) on n.kind = 'table'
  where case n.kind
    when 'schema' then not has_schema_privilege('ai_owner', n.schema_oid, 'usage')
    when 'function' then not has_function_privilege('ai_owner', n.function, 'execute')
    when 'sequence' then not has_sequence_privilege('ai_owner', n.relation, 'usage')
    else case
      when n.columns is not null then not has_column_privilege('ai_owner', n.relation, k.name, n.privilege)
      else not has_table_privilege('ai_owner', n.relation, n.privilege)
    end
  end
  group by n.position, n.kind, n.name, n.function, n.privilege, n.schema_oid, n.schema_name, n.relation, n.relation_name
  order by n.position;
end
$pg_ai$;
comment on function ai_private.missing_action_grants(text) is 'GRANTs that an action still needs';
-- Executable by everybody: event triggers do what they do as whoever issues the DDL.
grant execute on function ai_private.missing_action_grants(text) to public;
