-- What is wrong with JavaScript where no language for it is, as the compiler tells it; no problems where there is one.
create function ai_private.missing_javascript(path text)
returns jsonb
language sql
stable
set search_path = pg_catalog, pg_temp
as $pg_ai$
  select case when to_regprocedure('ai_private.prepare_javascript(text)') is not null then '[]'
    else jsonb_build_array(jsonb_build_object('severity', 'error', 'path', path || ': language', 'reason', 'this database has no JavaScript language',
      'suggestion', 'install plv8 or pljs (create extension plv8) and call ai.attach_javascript(), or write it in sql or plpgsql')) end
$pg_ai$;
comment on function ai_private.missing_javascript(text) is 'Problems of JavaScript where no language for it is';
revoke all on function ai_private.missing_javascript(text) from public;
grant execute on function ai_private.missing_javascript(text) to ai_owner, ai_admin;
