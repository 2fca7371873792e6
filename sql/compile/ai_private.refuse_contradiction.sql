-- A probe: raises an error where the planner sees that a query can never give a row, by its own conditions or by the CHECKs of its table.
create function ai_private.refuse_contradiction(query text)
returns void
language plpgsql
volatile
security invoker
set search_path = pg_catalog, pg_temp
set constraint_exclusion = on
as $pg_ai$
declare
  line text;
begin
  for line in execute 'explain (costs off) ' || query loop
    if btrim(line) = 'One-Time Filter: false' then
      raise exception 'so says the planner, which also knows the CHECKs of the table';
    end if;
  end loop;
end
$pg_ai$;
comment on function ai_private.refuse_contradiction(text) is 'Raises an error where a query can never give a row';
revoke all on function ai_private.refuse_contradiction(text) from public;
grant execute on function ai_private.refuse_contradiction(text) to ai_owner;
