-- A function that somebody has written for pg_ai to call, by its name as schema.function: what there is to know before it is called as ai_owner.
-- Null where there is none. Found in the catalog and not by regprocedure, which takes rights on the schema.
create function ai_private.routine_snapshot(function_name text)
returns jsonb
language plpgsql
stable
set search_path = pg_catalog, pg_temp
set quote_all_identifiers = off
as $pg_ai$
declare
  parts text[];
begin
  begin
    parts := parse_ident(function_name);
  exception when invalid_parameter_value then
    return null;
  end;
  if cardinality(parts) <> 2 then
    return null;
  end if;
  return (
    select jsonb_strip_nulls(jsonb_build_object(
      'schema', n.nspname,
      'qualified', format('%I.%I', n.nspname, p.proname),
      'kind', p.prokind,
      'returns', format_type(p.prorettype, null),
      'set', nullif(p.proretset, false),
      'definer', nullif(p.prosecdef, false),
      'untrustedOwner', case when not pg_has_role(p.proowner, 'ai_admin', 'MEMBER') then p.proowner::regrole::text end))
    from pg_proc p
    join pg_namespace n on n.oid = p.pronamespace
    where n.nspname = parts[1] and p.proname = parts[2]
      and p.pronargs = 1 and p.proargtypes[0] = 'jsonb'::regtype and p.provariadic = 0);
end
$pg_ai$;
comment on function ai_private.routine_snapshot(text) is 'A function (jsonb) that a hook names, as the compiler reads it';
revoke all on function ai_private.routine_snapshot(text) from public;
grant execute on function ai_private.routine_snapshot(text) to ai_owner, ai_worker, ai_admin;
