-- The leaves of a JSON document with the way to each, as people write it: operations.create.required.0. An empty object or array is a leaf.
create function ai_private.leaves(document jsonb)
returns table (path text, value jsonb)
language sql
immutable
set search_path = pg_catalog, pg_temp
as $pg_ai$
  with recursive node as (
    select ''::text as path, document as value
    union all
    select ltrim(n.path || '.' || e.key, '.'), e.value
    from node n
    cross join lateral (
      select o.key, o.value from jsonb_each(case jsonb_typeof(n.value) when 'object' then n.value else '{}' end) as o
      union all
      select (a.position - 1)::text, a.value from jsonb_array_elements(case jsonb_typeof(n.value) when 'array' then n.value else '[]' end) with ordinality as a (value, position)
    ) as e
  )
  select n.path, n.value from node n where jsonb_typeof(n.value) not in ('object', 'array') or n.value in ('{}', '[]')
$pg_ai$;
comment on function ai_private.leaves(jsonb) is 'The leaves of a JSON document with their paths';
revoke all on function ai_private.leaves(jsonb) from public;
grant execute on function ai_private.leaves(jsonb) to ai_owner, ai_admin, ai_worker;
