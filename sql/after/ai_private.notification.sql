-- An event as the payload of NOTIFY, which has to stay below 8000 bytes: what leads to the event, and not its contents. Everybody who may connect may listen.
-- A key that does not fit is left out, "truncated" says so.
create function ai_private.notification(event_id bigint, at timestamptz, topic text, entity text, operation text, row_key jsonb)
returns text
language sql
stable
set search_path = pg_catalog, pg_temp
as $pg_ai$
  select case
      when octet_length(whole) < 8000 then whole
      when octet_length(short) < 8000 then short
      else json_strip_nulls(json_build_object('id', event_id::text, 'truncated', true))::text
    end
  from (
    select json_strip_nulls(json_build_object('id', event_id::text, 'at', at, 'topic', topic, 'entity', entity, 'operation', operation, 'key', row_key))::text as whole,
      json_strip_nulls(json_build_object('id', event_id::text, 'at', at, 'topic', topic, 'truncated', true))::text as short
  ) as n
$pg_ai$;
comment on function ai_private.notification(bigint, timestamptz, text, text, text, jsonb) is 'An event as the payload of NOTIFY';
revoke all on function ai_private.notification(bigint, timestamptz, text, text, text, jsonb) from public;
grant execute on function ai_private.notification(bigint, timestamptz, text, text, text, jsonb) to ai_owner, ai_worker;
