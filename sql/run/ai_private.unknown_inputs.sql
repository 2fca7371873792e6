-- An error for each input that the operation does not have.
create function ai_private.unknown_inputs(inputs jsonb, known text[])
returns jsonb
language sql
immutable
set search_path = pg_catalog, pg_temp
as $pg_ai$
  select coalesce(
    jsonb_agg(jsonb_build_object('field', k, 'code', 'additionalProperties', 'rule', jsonb_build_object('properties', known)) order by k),
    '[]')
  from jsonb_object_keys(inputs - known) as k
$pg_ai$;
comment on function ai_private.unknown_inputs(jsonb, text[]) is 'An error for each input that the operation does not have';
revoke all on function ai_private.unknown_inputs(jsonb, text[]) from public;
grant execute on function ai_private.unknown_inputs(jsonb, text[]) to ai_owner, ai_admin, ai_user;
