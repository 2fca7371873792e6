-- What is wrong with a filter, as {"reason", "suggestion"}; null when nothing is. A filter runs in the relay as ai_owner and is written by whoever may write
-- subscriptions, so it is held to what can do and see nothing but the event:
--   one expression             brackets close and nothing ends the statement, so that it cannot be more than it stands for
--   no query in it             what a CHECK constraint refuses
--   only what PostgreSQL has   no function, operator, type or table that somebody has made: these could be anything, whatever they say of themselves
--   nothing that grows         no function that makes as long a value as it is told to: a gigabyte for each event can end the server, and nothing can stop that
--   immutable                  what an index refuses otherwise: nothing that reads tables, settings or clocks, or has an effect
-- PostgreSQL itself is asked: a table of the event's shape is made with the filter as its constraint and its index, looked at and taken back. The
-- constraint comes first because only what passes it may be planned, which runs functions of constants.
create function ai_private.filter_problem(filter text)
returns jsonb
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
-- or a backslash would escape a quote
set standard_conforming_strings = on
-- as in ai_private.write_taker
set timezone = 'UTC'
set datestyle = 'ISO, MDY'
as $pg_ai$
declare
  part record;
  depth integer := 0;
  previous text := '';
  foreign_object text;
  growing text;
  state text;
  message text;
  name text;
  columns constant text[] := array(
    select a.attname from pg_attribute a where a.attrelid = 'ai.event_log'::regclass and a.attnum > 0 and not a.attisdropped order by a.attnum) || '{row,old}'::text[];
begin
  if filter ~ '^[[:space:]]*$' then
    return jsonb_build_object('reason', 'an empty filter', 'suggestion', 'leave it null to take every event');
  end if;
  for part in
    select m.token[1] as token
    from regexp_matches(filter,
      E'''(?:[^'']|'''')*''|"(?:[^"]|"")*"|(?:[A-Za-z_]|[^\\x01-\\x7f])(?:[A-Za-z0-9_$]|[^\\x01-\\x7f])*|--|/[*]|.', 'g') as m (token)
  loop
    if part.token in ('(', '[') then
      depth := depth + 1;
    elsif part.token in (')', ']') then
      depth := depth - 1;
    end if;
    if depth < 0 or part.token in (';', '--', '/*', '$', E'\\', '''', '"') or (previous in ('e', 'E') and part.token like '''%') then
      return jsonb_build_object('reason', format('%s cannot stand here', case when part.token like '''_%' then 'E''…''' else part.token end),
        'suggestion', 'a filter is one expression, without comments, E''…'' and $$…$$');
    end if;
    -- PostgreSQL takes these for the moment at which the filter is read, and calls that a constant.
    if part.token ~* '^''[[:space:]]*(now|today|tomorrow|yesterday)[[:space:]]*''$' then
      return jsonb_build_object('reason', format('%s is the time at which the filter is written', part.token), 'suggestion', 'compare with what is in the event');
    end if;
    previous := part.token;
  end loop;
  if depth > 0 then
    return jsonb_build_object('reason', 'a bracket is not closed', 'suggestion', 'close it');
  end if;

  begin
    execute format(E'create table ai_gen.event (like ai.event_log, "row" jsonb, "old" jsonb, constraint event_filter check ((%s\n)))', filter);
    select string_agg(distinct pg_describe_object(d.refclassid, d.refobjid, 0), ', ') into foreign_object
    from pg_constraint c
    join pg_depend d on d.classid = 'pg_constraint'::regclass and d.objid = c.oid and d.refobjid <> c.conrelid
    where c.conrelid = 'ai_gen.event'::regclass and c.conname = 'event_filter'
      -- FirstNormalObjectId: below it is what initdb has made
      and (d.refobjid >= 16384 or d.refclassid = 'pg_class'::regclass);
    -- The expression as PostgreSQL has read it, however the name was written.
    select string_agg(distinct p.proname, ', ') into growing
    from pg_constraint c
    cross join lateral regexp_matches(c.conbin::text, ':funcid ([0-9]+)', 'g') as f (ids)
    join pg_proc p on p.oid = f.ids[1]::oid
    where c.conrelid = 'ai_gen.event'::regclass and c.conname = 'event_filter'
      and p.pronamespace = 'pg_catalog'::regnamespace and p.proname in ('repeat', 'lpad', 'rpad', 'array_fill', 'format');
    if foreign_object is null and growing is null then
      execute format(E'create index on ai_gen.event (id) where (%s\n)', filter);
    end if;
    raise exception using errcode = 'PI199', message = 'the filter has been looked at';
  exception
    when sqlstate 'PI199' then
      null;
    when insufficient_privilege or invalid_schema_name or undefined_function or undefined_object or undefined_column or undefined_table
      or syntax_error_or_access_rule_violation or data_exception or feature_not_supported or object_not_in_prerequisite_state then
      get stacked diagnostics state = returned_sqlstate, message = message_text;
      message := regexp_replace(replace(message, 'argument of CHECK', 'a filter'), ' in check constraints?', ' in a filter');
  end;

  if foreign_object is not null then
    return jsonb_build_object('reason', format('it uses %s', foreign_object), 'suggestion', 'use only functions, operators and types that come with PostgreSQL');
  elsif growing is not null then
    return jsonb_build_object('reason', format('it uses %s, which can make values of any length', growing), 'suggestion', 'compare with what is in the event, as it is');
  elsif state = '42703' then
    name := substring(message from '"([^"]+)"');
    return jsonb_strip_nulls(jsonb_build_object('reason', message, 'suggestion', ai_private.suggestion(name, columns)));
  elsif state = '42P17' then
    return jsonb_build_object('reason', 'it depends on more than the event: the time, a setting or a time zone', 'suggestion', 'use immutable functions and casts only');
  elsif state is not null then
    return jsonb_build_object('reason', message, 'suggestion', 'an expression like: payload ->> ''status'' = ''paid'', over the columns ' || array_to_string(columns, ', '));
  end if;
  return null;
end
$pg_ai$;
alter function ai_private.filter_problem(text) owner to ai_owner;
comment on function ai_private.filter_problem(text) is 'What is wrong with the filter of a subscription; null when nothing is';
revoke all on function ai_private.filter_problem(text) from public;
