-- Only the compiler can create functions in ai_gen. Bulk calls claim their key by themselves.
create function ai_private.called_by_operation(stack text)
returns boolean
language sql
stable
set search_path = pg_catalog, pg_temp
as $pg_ai$
  select ai_private.called_by(stack, 'ai_gen.') or ai_private.called_by(stack, 'ai_private.bulk(')
$pg_ai$;
comment on function ai_private.called_by_operation(text) is 'Whether a call stack shows a generated function as the direct caller';
revoke all on function ai_private.called_by_operation(text) from public;
grant execute on function ai_private.called_by_operation(text) to ai_owner;
