-- Errors of inputs, with the hook whose work each is: of the input itself, of the one that a path leads into, or of one that a CHECK over several is about.
create function ai_private.by_hooks(errors jsonb, changed jsonb)
returns jsonb
language sql
stable
set search_path = pg_catalog, pg_temp
as $pg_ai$
  select jsonb_agg(e.value || jsonb_strip_nulls(jsonb_build_object('hook', coalesce(
    changed -> (e.value ->> 'field'),
    changed -> substring(e.value ->> 'field' from '^[^.[]+'),
    (select changed -> f from jsonb_array_elements_text(e.value #> '{rule,fields}') as f where changed ? f limit 1)))) order by e.position)
  from jsonb_array_elements(errors) with ordinality as e (value, position)
$pg_ai$;
comment on function ai_private.by_hooks(jsonb, jsonb) is 'Errors of inputs with the hooks whose work they are';
revoke all on function ai_private.by_hooks(jsonb, jsonb) from public;
grant execute on function ai_private.by_hooks(jsonb, jsonb) to ai_owner, ai_admin, ai_user;
