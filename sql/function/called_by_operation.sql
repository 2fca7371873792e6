-- Whether the function that asks was called directly by a generated one. "stack" is the asker's own PG_CONTEXT. Whoever may call an operation
-- may execute what the operation calls, so what must not be called by itself looks at its caller: only the compiler can create functions in ai_gen.
-- (Bulk calls claim their key by themselves.)
-- With search_path pinned PostgreSQL writes the schema of every such function, and a direct call from a statement has a line of its own between.
create function ai_private.called_by_operation(stack text)
returns boolean
language sql
immutable
set search_path = pg_catalog, pg_temp
as $pg_ai$
  select split_part(stack, E'\n', 2) like 'PL/pgSQL function ai\_gen.%'
    or split_part(stack, E'\n', 2) like 'PL/pgSQL function ai\_private.bulk(%'
$pg_ai$;
comment on function ai_private.called_by_operation(text) is 'Whether a call stack shows a generated function as the direct caller';
