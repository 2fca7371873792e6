-- What is wrong with one operand of an expression: a literal, or a path to something that is declared. Null where nothing is.
create function ai_private.template_operand(word text, scope jsonb)
returns text
language sql
immutable
set search_path = pg_catalog, pg_temp
as $pg_ai$
  select case
    when word is null then 'a value is missing'
    when word ~ '^["''0-9-]' or word in ('true', 'false', 'nil', 'null', 'empty', 'blank') then null
    when word !~ '^[A-Za-z_]' or word in ('and', 'or', 'contains') then format('"%s" stands where a value should', word)
    when ai_private.template_type(word, scope) is not null then null
    when not scope ? substring(word from '^[A-Za-z0-9_]+') then format('"%s" is not a variable here', substring(word from '^[A-Za-z0-9_]+'))
    else format('"%s" leads to nothing: %s has no such part', word, substring(word from '^[A-Za-z0-9_]+'))
  end
$pg_ai$;
comment on function ai_private.template_operand(text, jsonb) is 'What is wrong with an operand in a template';
revoke all on function ai_private.template_operand(text, jsonb) from public;
grant execute on function ai_private.template_operand(text, jsonb) to ai_owner;
