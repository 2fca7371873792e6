-- A probe: raises an error where one of the functions (a list of [schema, name]) may have effects. Words that are no functions are none's concern.
create function ai_private.refuse_volatile(calls jsonb)
returns void
language plpgsql
stable
security invoker
set search_path = pg_catalog, pg_temp
as $pg_ai$
declare
  effects text;
begin
  select string_agg(distinct p.oid::regprocedure::text, ', ') into effects
  from jsonb_array_elements(calls) as c
  join pg_namespace n on n.nspname = c ->> 0
  join pg_proc p on p.pronamespace = n.oid and p.proname = c ->> 1
  where p.provolatile = 'v';
  if effects is not null then
    raise exception '%', effects;
  end if;
end
$pg_ai$;
comment on function ai_private.refuse_volatile(jsonb) is 'Raises an error where one of the functions is volatile';
revoke all on function ai_private.refuse_volatile(jsonb) from public;
grant execute on function ai_private.refuse_volatile(jsonb) to ai_owner;
