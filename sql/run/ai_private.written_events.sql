-- The events that this transaction itself has written, for a rehearsal to show: no more of a row than the operation returns.
create function ai_private.written_events(after_id bigint)
returns jsonb
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
as $pg_ai$
  select coalesce(jsonb_agg(jsonb_build_object('topic', e.topic, 'row_key', e.row_key, 'payload', ai_private.returned_fields(e.payload, o.output_schema))
    order by e.id), '[]')
  from ai.event_log e
  join ai.operation o on o.qualified_name = e.entity and o.operation = e.operation
  where e.audit_id > after_id and e.at = now() and e.transaction = pg_current_xact_id_if_assigned()
$pg_ai$;
alter function ai_private.written_events(bigint) owner to ai_owner;
comment on function ai_private.written_events(bigint) is 'Events of the current transaction';
revoke all on function ai_private.written_events(bigint) from public;
grant execute on function ai_private.written_events(bigint) to ai_admin, ai_user;
