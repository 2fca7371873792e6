-- An error for each required input that is not there.
create function ai_private.missing_inputs(inputs jsonb, required text[])
returns jsonb
language sql
immutable
set search_path = pg_catalog, pg_temp
as $pg_ai$
  select coalesce(jsonb_agg(jsonb_build_object('field', r.name, 'code', 'required', 'rule', '{"required":true}'::jsonb) order by r.position), '[]')
  from unnest(required) with ordinality as r (name, position)
  where not inputs ? r.name
$pg_ai$;
comment on function ai_private.missing_inputs(jsonb, text[]) is 'An error for each required input that is not there';
revoke all on function ai_private.missing_inputs(jsonb, text[]) from public;
grant execute on function ai_private.missing_inputs(jsonb, text[]) to ai_owner, ai_admin, ai_user;
