-- Whether a column's comment might say something to pg_ai: cheap, and wrong only by saying yes.
create function ai_private.may_hold_rules(description text)
returns boolean
language sql
immutable
set search_path = pg_catalog, pg_temp
as $pg_ai$
  select coalesce(description like '%@ai(%' or ltrim(description, E' \t\r\n') like '{%', false)
$pg_ai$;
comment on function ai_private.may_hold_rules(text) is 'Whether a comment might hold rules';
revoke all on function ai_private.may_hold_rules(text) from public;
grant execute on function ai_private.may_hold_rules(text) to ai_owner, ai_worker, ai_admin;
