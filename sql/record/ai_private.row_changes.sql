-- {"field": {"old": …, "new": …}} for the fields that differ; all of them when the row came or went.
create function ai_private.row_changes(old_row jsonb, new_row jsonb)
returns jsonb
language sql
immutable
set search_path = pg_catalog, pg_temp
as $pg_ai$
  select coalesce(jsonb_object_agg(k,
    case when old_row is null then jsonb_build_object('new', new_row -> k)
         when new_row is null then jsonb_build_object('old', old_row -> k)
         else jsonb_build_object('old', old_row -> k, 'new', new_row -> k) end), '{}')
  from jsonb_object_keys(coalesce(old_row, '{}') || coalesce(new_row, '{}')) as k
  where old_row -> k is distinct from new_row -> k
$pg_ai$;
comment on function ai_private.row_changes(jsonb, jsonb) is 'Fields that differ between two rows';
revoke all on function ai_private.row_changes(jsonb, jsonb) from public;
grant execute on function ai_private.row_changes(jsonb, jsonb) to ai_owner, ai_admin, ai_user;
