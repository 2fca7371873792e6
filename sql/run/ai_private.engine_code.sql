-- The SQLSTATE of what a JavaScript engine reports without one: it was interrupted (57014), or ran out of memory (53200). Null for anything else.
create function ai_private.engine_code(state text, original text, original_detail text)
returns text
language sql
immutable
set search_path = pg_catalog, pg_temp
as $pg_ai$
  select case when state = 'XX000' then case
    when concat(original, ' ', original_detail) ~ '^(execution error InternalError: interrupted|Signal caught: interrupted)' then '57014'
    when concat(original, ' ', original_detail) ~* '^(execution error )?(InternalError: )?out of memory' then '53200' end end
$pg_ai$;
comment on function ai_private.engine_code(text, text, text) is 'The SQLSTATE of what a JavaScript engine reports without one';
revoke all on function ai_private.engine_code(text, text, text) from public;
grant execute on function ai_private.engine_code(text, text, text) to ai_owner, ai_admin, ai_user;
