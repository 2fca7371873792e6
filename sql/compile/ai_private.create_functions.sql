-- Creates the functions of one operation and grants them to its roles.
create function ai_private.create_functions(o jsonb)
returns void
language plpgsql
volatile
security invoker
set search_path = pg_catalog, pg_temp
as $pg_ai$
declare
  f record;
begin
  -- The typed function is made anew because its parameters may have changed; the other keeps its identity, and callers their plans.
  for f in select p.oid::regprocedure as signature from pg_proc p
    where p.pronamespace = 'ai_gen'::regnamespace and p.proname = o ->> 'typedFunctionName' loop
    execute format('drop function %s', f.signature);
  end loop;
  execute o ->> 'jsonFunction';
  if not o ? 'bulkFunction' and to_regprocedure(format('ai_gen.%I(jsonb[])', o ->> 'bulkFunctionName')) is not null then
    execute format('drop function ai_gen.%I(jsonb[])', o ->> 'bulkFunctionName');
  end if;
  if o ? 'typedFunction' then
    execute o ->> 'typedFunction';
  end if;
  if o ? 'bulkFunction' then
    execute o ->> 'bulkFunction';
  end if;
  for f in
    select p.oid::regprocedure as signature, p.proacl from pg_proc p
    where p.pronamespace = 'ai_gen'::regnamespace and p.proname in (o ->> 'typedFunctionName', o ->> 'functionName', o ->> 'bulkFunctionName')
  loop
    execute format('revoke all on function %s from public', f.signature);
    execute (
      select coalesce(string_agg(format('revoke all on function %s from %s;', f.signature, a.grantee::regrole), ' '), 'select')
      from aclexplode(f.proacl) as a
      where a.grantee <> 0 and a.grantee <> 'ai_owner'::regrole
    );
    execute (
      select string_agg(format('grant execute on function %s to %s;', f.signature, r.name), ' ')
      from jsonb_array_elements_text(o -> 'roles') as r (name)
    );
    execute format('comment on function %s is %s', f.signature, o ->> 'comment');
  end loop;
end
$pg_ai$;
comment on function ai_private.create_functions(jsonb) is 'Creates the functions of one operation and grants them to its roles';
revoke all on function ai_private.create_functions(jsonb) from public;
grant execute on function ai_private.create_functions(jsonb) to ai_owner;
