-- What is wrong with `value | filter: argument, … | …`, the inside of an output and the right side of assign. Null where nothing is.
-- printed: as it stands, so it must be something that can be.
create function ai_private.template_value(words text[], scope jsonb, printed boolean)
returns text
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $pg_ai$
declare
  problem text := ai_private.template_operand(words[1], scope);
  type jsonb;
  i integer := 2;
begin
  if problem is not null then
    return problem;
  end if;
  if printed and words[1] ~ '^[A-Za-z_]' and cardinality(words) = 1 then
    type := ai_private.template_type(words[1], scope) -> 'type';
    if type ?| array['array', 'object'] then
      return format('"%s" is an %s: print a part of it, go through it with "for", or use a filter', words[1], case when type ? 'array' then 'array' else 'object' end);
    end if;
  end if;
  while i <= cardinality(words) loop
    if words[i] <> '|' then
      return format('"%s" is not expected after the value', words[i]);
    elsif coalesce(words[i + 1], '') !~ '^[A-Za-z_][A-Za-z0-9_]*$' then
      return 'a filter is missing after "|"';
    elsif words[i + 1] <> all (ai_private.template_filters()) then
      return format('there is no filter "%s"; %s', words[i + 1], ai_private.suggestion(words[i + 1], ai_private.template_filters()));
    end if;
    i := i + 2;
    if words[i] = ':' then
      loop
        problem := ai_private.template_operand(words[i + 1], scope);
        if problem is not null then
          return problem;
        end if;
        i := i + 2;
        exit when words[i] is distinct from ',';
      end loop;
    end if;
  end loop;
  return null;
end
$pg_ai$;
comment on function ai_private.template_value(text[], jsonb, boolean) is 'What is wrong with a value and its filters in a template';
revoke all on function ai_private.template_value(text[], jsonb, boolean) from public;
grant execute on function ai_private.template_value(text[], jsonb, boolean) to ai_owner;
