-- The digest of an audit row: of its values as JSON, so that neither time zone nor date style matter.
create function ai_private.audit_digest(a ai.audit_log)
returns bytea
language sql
stable
set search_path = pg_catalog, pg_temp
as $pg_ai$
  select substring(sha256(convert_to(jsonb_build_array(a.id, extract(epoch from a.at), a.transaction::text, a.relation, a.operation, a.action, a.row_key,
    a.actor, a.session_role, host(a.client_address), a.fingerprint, a.old_row, a.new_row)::text, 'UTF8')) from 1 for 16)
$pg_ai$;
comment on function ai_private.audit_digest(ai.audit_log) is 'Digest of one audit row';
revoke all on function ai_private.audit_digest(ai.audit_log) from public;
grant execute on function ai_private.audit_digest(ai.audit_log) to ai_owner;
