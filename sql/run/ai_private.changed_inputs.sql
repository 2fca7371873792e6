-- The inputs that a hook has changed, added or taken away, each with the hook's name.
create function ai_private.changed_inputs(hook text, before jsonb, after jsonb)
returns jsonb
language sql
immutable
set search_path = pg_catalog, pg_temp
as $pg_ai$
  select coalesce(jsonb_object_agg(k, hook), '{}') from jsonb_object_keys(before || after) as k where before -> k is distinct from after -> k
$pg_ai$;
comment on function ai_private.changed_inputs(text, jsonb, jsonb) is 'The inputs that a hook has changed';
revoke all on function ai_private.changed_inputs(text, jsonb, jsonb) from public;
grant execute on function ai_private.changed_inputs(text, jsonb, jsonb) to ai_owner, ai_admin, ai_user;
