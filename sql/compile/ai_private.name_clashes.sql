-- Two tables must never share a function or a name. Names of functions end in a short hash where they would be too long, so one table can be
-- named to hit another's; and a table that was renamed while no event trigger watched still holds its old name, which it loses here.
create function ai_private.name_clashes(target oid, name text, operations jsonb)
returns jsonb
language plpgsql
volatile
security invoker
set search_path = pg_catalog, pg_temp
set quote_all_identifiers = off
as $pg_ai$
declare
  other record;
  clashes jsonb := '[]';
begin
  for other in
    select p.relation::oid as oid, p.qualified_name, min(p.function_name) as function_name,
      -- what waits to be compiled may bear the name of a function from before it was renamed
      bool_and(p.state = 'ready' and p.qualified_name = format('%I.%I', n.nspname, c.relname)) is true as still_so
    from ai.operation p
    left join pg_class c on c.oid = p.relation
    left join pg_namespace n on n.oid = c.relnamespace
    where p.relation <> target
      and (p.qualified_name = name or p.function_name = any (array(select o ->> 'functionName' from jsonb_array_elements(operations) as o)))
    group by p.relation, p.qualified_name
  loop
    if other.still_so then
      clashes := clashes || jsonb_build_object('severity', 'error', 'path', name,
        'reason', format('its function %I belongs to %s already', other.function_name, other.qualified_name), 'suggestion', 'give the table another name');
    else
      perform ai_private.forget(other.oid);
    end if;
  end loop;
  return clashes;
end
$pg_ai$;
comment on function ai_private.name_clashes(oid, text, jsonb) is 'Two tables must never share a function or a name';
revoke all on function ai_private.name_clashes(oid, text, jsonb) from public;
grant execute on function ai_private.name_clashes(oid, text, jsonb) to ai_owner;
