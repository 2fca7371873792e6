-- Whether what fails at this call stack is to be counted: not what is only asked for, nor anything in a read-only transaction, where no sequence may be
-- moved.
create function ai_private.counts(stack text)
returns boolean
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $pg_ai$
begin
  return not current_setting('transaction_read_only')::boolean and stack !~ ' (ai_private.rehearse|ai_private.describe|ai.explain_mutation|ai.describe_action)[(]';
end
$pg_ai$;
comment on function ai_private.counts(text) is 'Whether a failure is to be counted';
revoke all on function ai_private.counts(text) from public;
grant execute on function ai_private.counts(text) to ai_owner;
