-- Writes an event that no mutation writes, in the caller's transaction. The topic's last label is the operation, what stands before it the entity: 'order.paid'
-- is "paid" of "order". Topics of declared operations, and those that begin with "ai.", are not for taking. Returns the event's id.
-- An event may make workers act, so this is for ai_admin and ai_worker; an application's role may be granted EXECUTE on it. Errors: PI402.
create function ai.emit_event(topic text, payload jsonb default '{}', row_key jsonb default null)
returns bigint
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $pg_ai$
#variable_conflict use_variable
declare
  label constant text := substring(topic from '("(?:[^"]|"")+"|[^."*[:space:]]+)$');
  entity constant text := case when length(label) < length(topic) then left(topic, -length(label) - 1) else topic end;
  reason text;
  event_id bigint;
begin
  if topic is null or octet_length(topic) > 250 or topic !~ '^(?:"(?:[^"]|"")+"|[^."*[:space:]]+)(?:[.](?:"(?:[^"]|"")+"|[^."*[:space:]]+))*$' then
    reason := 'PI402';
  elsif starts_with(topic, 'ai.') or exists (select from ai.operation o where o.qualified_name = entity and o.operation = label) then
    reason := 'PI402.reserved';
  end if;
  if reason is not null then
    raise exception using errcode = 'PI402',
      message = ai_private.message(reason, jsonb_build_object('topic', topic)),
      detail = jsonb_build_object('topic', topic)::text,
      hint = ai_private.message(reason || '.hint', '{}');
  end if;
  insert into ai.event_log (topic, entity, operation, row_key, actor, payload)
  values (topic, entity, case when entity = topic then 'emit' else label end, row_key,
    coalesce(nullif(current_setting('pg_ai.actor', true), ''), nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'sub',
      nullif(current_setting('role', true), 'none'), session_user),
    coalesce(payload, '{}'))
  returning id into event_id;
  return event_id;
end
$pg_ai$;
alter function ai.emit_event(text, jsonb, jsonb) owner to ai_owner;
comment on function ai.emit_event(text, jsonb, jsonb) is 'Writes an event of one''s own; returns its id';
revoke all on function ai.emit_event(text, jsonb, jsonb) from public;
grant execute on function ai.emit_event(text, jsonb, jsonb) to ai_admin, ai_worker;
