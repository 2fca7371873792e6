-- The words of an expression in a template; null where something in it is none.
create function ai_private.template_words(expression text)
returns text[]
language sql
immutable
set search_path = pg_catalog, pg_temp
as $pg_ai$
  with word as (
    select '''[^'']*''|"[^"]*"|-?[0-9]+([.][0-9]+)?|[A-Za-z_][A-Za-z0-9_]*([.][A-Za-z_][A-Za-z0-9_]*|[[][0-9]+[]])*|==|!=|<=|>=|<|>|[|]|:|,|=' as pattern
  )
  select case when regexp_replace(expression, pattern, '', 'g') !~ '[^[:space:]]' then
    array(select m.part[1] from regexp_matches(expression, '(' || pattern || ')', 'g') with ordinality as m (part, position) order by m.position)
  end
  from word
$pg_ai$;
comment on function ai_private.template_words(text) is 'The words of an expression in a template';
revoke all on function ai_private.template_words(text) from public;
grant execute on function ai_private.template_words(text) to ai_owner;
