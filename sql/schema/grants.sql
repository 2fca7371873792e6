-- Nobody may execute anything in ai_private but by name. What generated functions with "security": "invoker" call runs as their caller.
do $pg_ai$
declare
  f record;
begin
  for f in
    select p.oid::pg_catalog.regprocedure as signature, p.proname
    from pg_catalog.pg_proc p
    where p.pronamespace = 'ai_private'::pg_catalog.regnamespace and p.prorettype <> 'pg_catalog.event_trigger'::pg_catalog.regtype
  loop
    execute pg_catalog.format('revoke all on function %s from public', f.signature);
    if f.proname in ('message', 'input_error', 'unknown_inputs', 'missing_inputs', 'type_errors', 'conversion_errors', 'with_messages', 'refuse_inputs',
      'refuse_violation', 'refuse_unmatched', 'refuse_stale', 'refuse_suppressed', 'check_options', 'find_operation', 'describe', 'record', 'table_by_name',
      'domain_length', 'partition_constraint', 'check_resets', 'claim_key', 'keep_answer', 'rehearse', 'written_audit', 'written_events', 'last_audit_id', 'bulk', 'bulk_rows', 'changes_before_insert', 'side_effects', 'explain', 'plan_of', 'plan_as_owner', 'check_outcomes', 'row_changes') then
      execute pg_catalog.format('grant execute on function %s to ai_owner, ai_user, ai_admin', f.signature);
    end if;
    if f.proname in ('called_by', 'called_by_operation', 'caller_scope', 'audit_digest', 'keyed_digest', 'seal_root') then
      execute pg_catalog.format('grant execute on function %s to ai_owner', f.signature);
    end if;
    if f.proname in ('fingerprint', 'catalog_snapshot', 'type_snapshot', 'has_errors') then
      execute pg_catalog.format('grant execute on function %s to ai_owner, ai_worker', f.signature);
    end if;
    if f.proname in ('describe', 'table_by_name', 'find_operation') then
      execute pg_catalog.format('grant execute on function %s to ai_worker', f.signature);
    end if;
    if f.proname = 'history' then
      execute pg_catalog.format('grant execute on function %s to ai_admin', f.signature);
    end if;
    -- What the event triggers do, they do as whoever issues the DDL. Each of these does no more than a table's own comments say.
    if f.proname in ('changed_relations', 'declare_table', 'prepare', 'grant_missing', 'missing_grants', 'needed_privileges', 'apply_prepared', 'declares_now',
      'recompile_quietly', 'give_up', 'refuse_declaration', 'warn', 'has_errors', 'message') then
      execute pg_catalog.format('grant execute on function %s to public', f.signature);
    end if;
  end loop;
end
$pg_ai$;
grant usage on schema ai_private, ai to public;
