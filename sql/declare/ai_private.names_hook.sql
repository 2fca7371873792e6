-- Whether a table's comment might name a hook: cheap, and wrong only by saying yes. The compiler knows.
create function ai_private.names_hook(target oid, hook_name text)
returns boolean
language sql
stable
set search_path = pg_catalog, pg_temp
as $pg_ai$
  select coalesce(strpos(obj_description(target, 'pg_class'), '"' || hook_name || '"') > 0, false)
$pg_ai$;
comment on function ai_private.names_hook(oid, text) is 'Whether a table''s comment might name a hook';
revoke all on function ai_private.names_hook(oid, text) from public;
grant execute on function ai_private.names_hook(oid, text) to ai_owner, ai_worker, ai_admin;
