-- PostgreSQL's own row-level security from the access policies that ask for it ("row_level_security": true), for those who use the table directly.
-- Gives the statements; with "apply" it also runs them, with the rights of whoever calls, who must own the table. Restrictive policies, as
-- ours only take away; where the table has no permissive policy of its own, one that lets everybody pass stands under them, since without any
-- nobody would. What was made here before is taken away first, so calling again after a change brings both in step.
-- Errors: PI101 when the table declares nothing, 42501 when the caller does not own it.
create function ai.row_level_security(table_name text, apply boolean default false)
returns setof text
language plpgsql
volatile
security invoker
as $pg_ai$
begin
  return query select s from ai_private.row_level_security(ai_private.table_by_name(table_name, pg_catalog.current_schemas(true)), apply) as s;
end
$pg_ai$;
comment on function ai.row_level_security(text, boolean) is 'Row-level security from the access policies that ask for it: the statements, or with apply their effect too';
revoke all on function ai.row_level_security(text, boolean) from public;
grant execute on function ai.row_level_security(text, boolean) to ai_admin;
