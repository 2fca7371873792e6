-- Whether the direct caller of the function that asks is the one that is named. "stack" is the asker's own PG_CONTEXT. Whoever may call an operation
-- may execute what the operation calls, so what must not be called by itself looks at its caller.
-- With search_path pinned PostgreSQL writes the schema of every such function, and a direct call from a statement has a line of its own between.
-- The first line is the asker's: what stands before its name there ("PL/pgSQL function", in the language of the server's messages) must stand
-- before the caller's name in the second. Compared as text, not by LIKE: '\_' means something else when standard_conforming_strings is off.
create function ai_private.called_by(stack text, caller text)
returns boolean
language sql
stable
set search_path = pg_catalog, pg_temp
as $pg_ai$
  select strpos(split_part(stack, E'\n', 1), 'ai_private.') > 1
    and (starts_with(split_part(stack, E'\n', 2), split_part(split_part(stack, E'\n', 1), 'ai_private.', 1) || caller)
      or ai_private.called_by_expression(stack, caller))
$pg_ai$;
comment on function ai_private.called_by(text, text) is 'Whether a call stack shows a function as the direct caller';
revoke all on function ai_private.called_by(text, text) from public;
grant execute on function ai_private.called_by(text, text) to ai_owner;
