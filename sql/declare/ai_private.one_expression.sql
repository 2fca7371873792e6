-- The text, if it is one expression about a table's row and nothing more. What ai_owner has written is executed with the rights of whoever asks for
-- row-level security, who may be a superuser: a cursor takes one query only, and one that is never fetched from executes nothing.
create function ai_private.one_expression(target regclass, expression text)
returns text
language plpgsql
volatile
security invoker
set search_path = pg_catalog, pg_temp
as $pg_ai$
declare
  tried refcursor;
begin
  if expression is not null then
    open tried for execute format('select from %s where (%s)', target, expression);
    close tried;
  end if;
  return expression;
end
$pg_ai$;
comment on function ai_private.one_expression(regclass, text) is 'The text, if it is one expression about a table''s row';
revoke all on function ai_private.one_expression(regclass, text) from public;
grant execute on function ai_private.one_expression(regclass, text) to ai_admin;
