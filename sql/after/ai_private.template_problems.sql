-- All that is wrong with one text of a template, as [{"path", "reason", "suggestion"?}, …]. part: the column it stands in. declared: its variables.
create function ai_private.template_problems(part text, source text, declared jsonb)
returns jsonb
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $pg_ai$
declare
  token record;
  words text[];
  word text;
  problem text;
  suggestion text;
  problems jsonb := '[]';
  -- the blocks that are open, innermost last, with the scope outside of each
  blocks text[] := '{}';
  scopes jsonb[] := '{}';
  scope jsonb := declared;
  type jsonb;
begin
  if part = 'subject' and source ~ E'[\\r\\n]' then
    problems := problems || jsonb_build_object('path', part, 'reason', 'a subject is one line');
  end if;
  if part = 'body_html' and source ~* '<script' then
    problems := problems || jsonb_build_object('path', part, 'reason', 'scripts do nothing in mails, and what is put into them is not escaped for them');
  end if;
  for token in select t.* from ai_private.template_tokens(source) as t loop
    problem := null;
    suggestion := null;
    word := split_part(regexp_replace(token.content, '[[:space:]]+', ' ', 'g'), ' ', 1);
    if token.kind <> 'open' and blocks[cardinality(blocks)] = 'comment' then
      if token.kind = 'tag' and word = 'endcomment' then
        blocks := trim_array(blocks, 1);
        scopes := trim_array(scopes, 1);
      end if;
      continue;
    end if;
    words := ai_private.template_words(token.content);
    if token.kind = 'open' then
      problem := format('"%s" has no end', token.content);
    elsif words is null and word not in ('comment') then
      problem := format('"%s" is not understood', token.content);
    elsif token.kind = 'output' then
      problem := ai_private.template_value(words, scope, true);
      if problem is null and part = 'body_html' and token.before ~ '<[^<>]*=[[:space:]]*$' then
        problem := 'a value of an attribute needs quotes';
        suggestion := format('"{{ %s }}"', token.content);
      end if;
    elsif word in ('if', 'unless') then
      problem := ai_private.template_condition(words[2:], scope);
    elsif word = 'elsif' then
      problem := case when blocks[cardinality(blocks)] = 'if' then ai_private.template_condition(words[2:], scope) else '"elsif" stands outside of "if"' end;
    elsif word = 'else' then
      problem := case when coalesce(blocks[cardinality(blocks)], '') not in ('if', 'unless', 'case') then '"else" stands outside of "if", "unless" and "case"'
        when cardinality(words) > 1 then 'after "else" nothing is expected' end;
    elsif word = 'case' then
      problem := coalesce(ai_private.template_operand(words[2], scope), case when cardinality(words) > 2 then format('"%s" is not expected after "case"', words[3]) end);
    elsif word = 'when' then
      problem := case when blocks[cardinality(blocks)] is distinct from 'case' then '"when" stands outside of "case"' else coalesce(
        (select min(ai_private.template_operand(w, scope)) from unnest(words[2:]) with ordinality as u (w, i) where i % 2 = 1),
        (select min(format('"%s" is not expected after "when"', w)) from unnest(words[2:]) with ordinality as u (w, i) where i % 2 = 0 and w not in (',', 'or')),
        case when cardinality(words) % 2 = 1 then 'after "when" a value is missing' end) end;
    elsif word = 'for' then
      if words[2] !~ '^[A-Za-z_][A-Za-z0-9_]*$' or words[3] is distinct from 'in' or words[4] is null then
        problem := '"for" is written: for item in items';
      else
        type := ai_private.template_type(words[4], scope);
        problem := case when words[4] !~ '^[A-Za-z_]' then '"for" goes through a variable' else ai_private.template_operand(words[4], scope) end;
        if problem is null and type ? 'type' and not type -> 'type' ? 'array' then
          problem := format('"%s" is no array, so "for" cannot go through it', words[4]);
        elsif problem is null and array_to_string(words[5:], ' ') !~ '^(limit : [0-9]+)?$' then
          problem := format('"%s" is not expected; after the array there may be: limit: 10', words[5]);
        end if;
      end if;
    elsif word = 'assign' then
      problem := case when coalesce(words[2], '') !~ '^[A-Za-z_][A-Za-z0-9_]*$' or words[3] is distinct from '=' then '"assign" is written: assign name = value'
        else ai_private.template_value(words[4:], scope, false) end;
      if problem is null then
        scope := scope || jsonb_build_object(words[2], case when cardinality(words) = 4 then coalesce(ai_private.template_type(words[4], scope), '{}') else '{}' end);
      end if;
    elsif word = 'comment' then
      null;
    elsif word in ('endif', 'endunless', 'endcase', 'endfor') then
      if 'end' || coalesce(blocks[cardinality(blocks)], '') <> word then
        problem := case when cardinality(blocks) = 0 then format('"%s" ends nothing', word)
          else format('"%s" stands where "end%s" should', word, blocks[cardinality(blocks)]) end;
      elsif cardinality(words) > 1 then
        problem := format('after "%s" nothing is expected', word);
      else
        -- a loop's variable, and what is assigned in the loop, end with it; what is assigned in another block does not
        scope := case word when 'endfor' then scopes[cardinality(scopes)] else scope end;
        blocks := trim_array(blocks, 1);
        scopes := trim_array(scopes, 1);
      end if;
    else
      problem := format('there is no tag "%s"', word);
      suggestion := 'there are: if, elsif, else, unless, case, when, for, assign, comment';
    end if;
    if token.kind = 'tag' and word in ('if', 'unless', 'case', 'for', 'comment') then
      blocks := array_append(blocks, word);
      scopes := array_append(scopes, scope);
      if word = 'for' and words[2] ~ '^[A-Za-z_][A-Za-z0-9_]*$' then
        scope := scope || jsonb_build_object(words[2], coalesce(type -> 'items', '{}'), 'forloop', '{"type": "object", "properties": {"index": {"type": "integer"},
          "index0": {"type": "integer"}, "rindex": {"type": "integer"}, "length": {"type": "integer"}, "first": {"type": "boolean"}, "last": {"type": "boolean"}}}'::jsonb);
      end if;
    end if;
    if problem is not null then
      if suggestion is null and problem like '%is not a variable here' then
        suggestion := case when declared = '{}' then 'variables declares none'
          else ai_private.suggestion(substring(problem from '^"([^"]+)"'), array(select v from jsonb_object_keys(scope) as v order by v)) end;
      end if;
      problems := problems || jsonb_strip_nulls(jsonb_build_object('path', format('%s, line %s', part, token.line), 'reason', problem, 'suggestion', suggestion));
    end if;
  end loop;
  if cardinality(blocks) > 0 then
    problems := problems || jsonb_build_object('path', part, 'reason', format('"%s" is not ended: "end%s" is missing', blocks[cardinality(blocks)], blocks[cardinality(blocks)]));
  end if;
  return problems;
end
$pg_ai$;
comment on function ai_private.template_problems(text, text, jsonb) is 'All that is wrong with one text of a template';
revoke all on function ai_private.template_problems(text, text, jsonb) from public;
grant execute on function ai_private.template_problems(text, text, jsonb) to ai_owner;
