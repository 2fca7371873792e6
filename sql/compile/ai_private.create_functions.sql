-- Creates the functions of one operation and grants them to its roles.
create function ai_private.create_functions(o jsonb)
returns void
language plpgsql
volatile
security invoker
set search_path = pg_catalog, pg_temp
set check_function_bodies = off
as $pg_ai$
declare
  f record;
  callers text;
  wanted text[];
  before tid[];
  made boolean := false;
begin
  execute o ->> 'jsonFunction';
  if not o ? 'bulkFunction' and to_regprocedure(format('ai_gen.%I(jsonb[])', o ->> 'bulkFunctionName')) is not null then
    execute format('drop function ai_gen.%I(jsonb[])', o ->> 'bulkFunctionName');
  end if;
  if o ? 'bulkFunction' then
    execute o ->> 'bulkFunction';
  end if;
  -- All functions keep their identity, and callers their plans and views. Only a typed one whose parameters have changed is made anew.
  before := array(select p.ctid from pg_proc p where p.pronamespace = 'ai_gen'::regnamespace and p.proname = o ->> 'typedFunctionName');
  if o ? 'typedFunction' then
    begin
      execute o ->> 'typedFunction';
      made := true;
    exception when invalid_function_definition then
      null; -- the same types, but other names or defaults
    end;
  end if;
  for f in select p.oid::regprocedure as signature from pg_proc p
    where p.pronamespace = 'ai_gen'::regnamespace and p.proname = o ->> 'typedFunctionName' and p.ctid = any (before) loop
    execute format('drop function %s', f.signature);
  end loop;
  if o ? 'typedFunction' and not made then
    execute o ->> 'typedFunction';
  end if;
  -- What is as it should be is left alone: each GRANT and COMMENT writes the catalogs anew.
  select string_agg(quote_ident(r.name), ', '), array_agg(r.oid::text order by r.oid::text)
  into callers, wanted
  from (
    select r.rolname as name, r.oid from pg_roles r
    where r.oid in (select n.name::regrole from jsonb_array_elements_text(o -> 'roles') as n (name)) or r.rolname = 'ai_owner'
  ) as r;
  for f in
    select string_agg(p.oid::regprocedure::text, ', ') as signatures, g.others
    from pg_proc p
    cross join lateral (
      select array_agg(a.grantee || case when a.is_grantable then '*' else '' end order by a.grantee::text) as grantees,
        string_agg(', ' || a.grantee::regrole, '') filter (where a.grantee <> 0) as others
      from aclexplode(p.proacl) as a
    ) as g
    where p.pronamespace = 'ai_gen'::regnamespace and p.proname in (o ->> 'typedFunctionName', o ->> 'functionName', o ->> 'bulkFunctionName')
      and g.grantees is distinct from wanted
    group by g.others
  loop
    execute format('revoke all on function %s from public%s', f.signatures, f.others);
    execute format('grant execute on function %s to %s', f.signatures, callers);
  end loop;
  for f in
    select p.oid::regprocedure as signature
    from pg_proc p
    where p.pronamespace = 'ai_gen'::regnamespace and p.proname in (o ->> 'typedFunctionName', o ->> 'functionName', o ->> 'bulkFunctionName')
      and obj_description(p.oid, 'pg_proc') is distinct from o ->> 'comment'
  loop
    execute format('comment on function %s is %L', f.signature, o ->> 'comment');
  end loop;
  -- what an operation calls with its caller's rights
  if o ? 'helpers' then
    for f in
      select p.oid::regprocedure as signature from pg_proc p
      where p.pronamespace = 'ai_gen'::regnamespace and p.proname = any (array(select jsonb_array_elements_text(o -> 'helpers')))
    loop
      execute format('grant execute on function %s to %s', f.signature, callers);
    end loop;
  end if;
end
$pg_ai$;
comment on function ai_private.create_functions(jsonb) is 'Creates the functions of one operation and grants them to its roles';
revoke all on function ai_private.create_functions(jsonb) from public;
grant execute on function ai_private.create_functions(jsonb) to ai_owner;
