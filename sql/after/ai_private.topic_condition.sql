-- The patterns of a subscription as SQL over the column topic: a comparison where the patterns name topics, a prefix where they end in '**', else a
-- regular expression, which costs as much as all else that is done to take an event: LIKE answers for it where no label is quoted and each star is one
-- label. Labels are quoted as in SQL where they need it, so a dot may stand within one.
create function ai_private.topic_condition(topics text[])
returns text
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $pg_ai$
declare
  exact constant text[] := array(select t from unnest(topics) as t where t !~ '(^|[.])[*]{1,2}($|[.])' order by t);
  pattern text;
  expression text;
  conditions text[] := '{}';
begin
  if '**' = any (topics) then
    return 'true';
  end if;
  if cardinality(exact) > 0 then
    conditions := conditions || format('event.topic = any (%L::text[])', exact);
  end if;
  for pattern in select t from unnest(topics) as t where not t = any (exact) order by t loop
    if pattern ~ '[.][*][*]$' and left(pattern, -2) !~ '(^|[.])[*]($|[.])' then
      conditions := conditions || format('starts_with(event.topic, %L)', left(pattern, -2));
    else
      expression := format('event.topic ~ %L', '^' || (
        select string_agg(
          case
            when m.label = '*' then '(?:"(?:[^"]|"")*"|[^."]+)'
            when m.label = '**' then '.+'
            else regexp_replace(m.label, E'([][\\\\.^$*+?(){}|])', E'\\\\\\1', 'g')
          end, '[.]' order by m.position)
        from (select x[1] as label, position from regexp_matches(pattern, '"(?:[^"]|"")*"|[^."]+', 'g') with ordinality as r (x, position)) as m
      ) || '$');
      if pattern !~ '"|[*][*]' then
        expression := format('case when strpos(event.topic, %L) = 0 then event.topic like %L and event.topic not like %L else %s end', '"',
          replace(regexp_replace(pattern, E'([\\\\%_])', E'\\\\\\1', 'g'), '*', '_%'),
          -- no more labels than the pattern has
          repeat('%.', cardinality(string_to_array(pattern, '.'))) || '%', expression);
      end if;
      conditions := conditions || expression;
    end if;
  end loop;
  return '(' || array_to_string(conditions, ' or ') || ')';
end
$pg_ai$;
comment on function ai_private.topic_condition(text[]) is 'The patterns of a subscription as SQL';
revoke all on function ai_private.topic_condition(text[]) from public;
grant execute on function ai_private.topic_condition(text[]) to ai_owner;
