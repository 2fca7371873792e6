-- The audit rows that this transaction itself has written, for a rehearsal to show. Nobody sees another's rows this way, nor more of a row than the
-- operation returns.
create function ai_private.written_audit(after_id bigint)
returns jsonb
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
as $pg_ai$
  select coalesce(jsonb_agg(jsonb_strip_nulls(jsonb_build_object('relation', a.relation, 'operation', a.operation, 'row_key', a.row_key, 'actor', a.actor))
      || jsonb_build_object('old_row', ai_private.returned_fields(a.old_row, o.output_schema), 'new_row', ai_private.returned_fields(a.new_row, o.output_schema))
    order by a.id), '[]')
  from ai.audit_log a
  join ai.operation o on o.qualified_name = a.relation and o.operation = a.operation
  where a.id > after_id and a.at = now() and a.transaction = pg_current_xact_id_if_assigned()
$pg_ai$;
alter function ai_private.written_audit(bigint) owner to ai_owner;
comment on function ai_private.written_audit(bigint) is 'Audit rows of the current transaction';
revoke all on function ai_private.written_audit(bigint) from public;
grant execute on function ai_private.written_audit(bigint) to ai_admin, ai_user;
