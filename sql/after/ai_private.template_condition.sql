-- What is wrong with `a == b and c contains d or e`, the condition of if, elsif and unless. Null where nothing is.
create function ai_private.template_condition(words text[], scope jsonb)
returns text
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $pg_ai$
declare
  problem text;
  i integer := 1;
begin
  loop
    problem := ai_private.template_operand(words[i], scope);
    i := i + 1;
    if problem is null and (words[i] in ('==', '!=', '<', '>', '<=', '>=', 'contains')) then
      problem := ai_private.template_operand(words[i + 1], scope);
      i := i + 2;
    end if;
    if problem is not null or words[i] is null then
      return problem;
    elsif words[i] not in ('and', 'or') then
      return format('"%s" is not expected in a condition', words[i]);
    end if;
    i := i + 1;
  end loop;
end
$pg_ai$;
comment on function ai_private.template_condition(text[], jsonb) is 'What is wrong with a condition in a template';
revoke all on function ai_private.template_condition(text[], jsonb) from public;
grant execute on function ai_private.template_condition(text[], jsonb) to ai_owner;
