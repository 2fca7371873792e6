-- The rest of ai_private.called_by, for the second evaluation of an expression whose first one ended in an error that was caught: for the rest of the transaction
-- PL/pgSQL takes it for one that is still being evaluated, and runs it as a statement, which has a line of its own in the stack, or several: something in the
-- language of the server's messages and the text of the expression in quotes. A statement that calls the asker by way of somebody else's default or trigger
-- has such a line too. So it must be the text that the caller's source has at the line that the stack names.
create function ai_private.called_by_expression(stack text, caller text)
returns boolean
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $pg_ai$
declare
  lines constant text[] = string_to_array(stack, E'\n');
  -- "PL/pgSQL function ", in the language of the server's messages
  head constant text = split_part(lines[1], 'ai_private.', 1);
  asker constant text = split_part(substr(lines[1], length(head) + 1), '(', 1) || '(';
  at integer;
  between_them text;
  expression text;
  place text[];
  statement text;
begin
  select min(n) into at from generate_subscripts(lines, 1) as n where n > 1 and starts_with(lines[n], head);
  if at is null or at = 2 or starts_with(lines[at], head || caller) is not true then
    return false;
  end if;
  between_them := array_to_string(lines[2 : at - 1], E'\n');
  expression := (regexp_match(between_them, E'^[^"\n]*"(.*)"$'))[1];
  place := regexp_match(substr(lines[at], length(head) + 1), '^(.*[)])[^0-9]*([0-9]+)');
  select ltrim(array_to_string((string_to_array(p.prosrc, E'\n'))[place[2]::integer :], E'\n')) into statement
  from pg_proc p where p.oid = to_regprocedure(place[1]);
  -- What cannot be read is nobody's: null would let anybody through.
  return coalesce(starts_with(regexp_replace(expression, '^[^[:space:]"(]+ := ', ''), asker)
    and (starts_with(statement, expression) or starts_with(statement, 'return ' || expression) or starts_with(statement, 'if ' || expression)), false);
end
$pg_ai$;
comment on function ai_private.called_by_expression(text, text) is 'Whether a call stack shows a function as the direct caller by an expression that is evaluated again';
revoke all on function ai_private.called_by_expression(text, text) from public;
grant execute on function ai_private.called_by_expression(text, text) to ai_owner;
