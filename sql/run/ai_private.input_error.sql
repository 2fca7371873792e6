-- What generated functions call when an input is wrong. None of this runs while inputs are right.

-- One error: which field, which rule, what the rule demands.
create function ai_private.input_error(field text, error_code text, rule jsonb default '{}')
returns jsonb
language sql
immutable
set search_path = pg_catalog, pg_temp
as $pg_ai$
  select jsonb_build_array(jsonb_build_object('field', field, 'code', error_code, 'rule', rule))
$pg_ai$;
comment on function ai_private.input_error(text, text, jsonb) is 'One error of one input';
revoke all on function ai_private.input_error(text, text, jsonb) from public;
grant execute on function ai_private.input_error(text, text, jsonb) to ai_owner, ai_admin, ai_user;
