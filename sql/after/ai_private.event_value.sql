-- What a setting of a subscription stands for: a text that begins with "$." or is "$" is a path into the event (id, at, topic, entity, operation,
-- action, key, actor, payload), everything else is itself. Null where the path leads to nothing.
create function ai_private.event_value(setting jsonb, event jsonb)
returns jsonb
language sql
immutable
set search_path = pg_catalog, pg_temp
as $pg_ai$
  select case when jsonb_typeof(setting) = 'string' and setting #>> '{}' ~ '^[$]([.[]|$)' then jsonb_path_query_first(event, (setting #>> '{}')::jsonpath) else setting end
$pg_ai$;
comment on function ai_private.event_value(jsonb, jsonb) is 'What a setting of a subscription stands for';
revoke all on function ai_private.event_value(jsonb, jsonb) from public;
grant execute on function ai_private.event_value(jsonb, jsonb) to ai_owner;
