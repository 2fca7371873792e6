-- The audit rows that this transaction itself has written, for a rehearsal to show. Nobody sees another's rows this way.
create function ai_private.written_audit(after_id bigint)
returns jsonb
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
as $pg_ai$
  select coalesce(jsonb_agg(jsonb_strip_nulls(jsonb_build_object('relation', a.relation, 'operation', a.operation, 'row_key', a.row_key, 'actor', a.actor))
      || jsonb_build_object('old_row', a.old_row, 'new_row', a.new_row) order by a.id), '[]')
  from ai.audit_log a
  where a.id > after_id and a.at = now() and a.transaction = pg_current_xact_id_if_assigned()
$pg_ai$;
alter function ai_private.written_audit(bigint) owner to ai_owner;
comment on function ai_private.written_audit(bigint) is 'Audit rows of the current transaction';
revoke all on function ai_private.written_audit(bigint) from public;
grant execute on function ai_private.written_audit(bigint) to ai_admin, ai_user;
