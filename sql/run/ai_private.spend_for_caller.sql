-- The same for operations that run with their caller's rights, who may not write the counters. Only generated functions may call it: nobody else shall
-- use up what belongs to others.
create function ai_private.spend_for_caller(
  table_name text, operation text, policy text, told text, most integer, period interval, counted text, lasting boolean, message text
)
returns boolean
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $pg_ai$
declare
  stack text;
begin
  get diagnostics stack = pg_context;
  if not ai_private.called_by_operation(stack) then
    raise exception using errcode = '42501', message = 'ai_private.spend_for_caller is called by generated functions only';
  end if;
  if lasting then
    perform ai_private.spend_lasting(table_name, operation, policy, told, most, period, counted, message);
  else
    perform ai_private.spend(table_name, operation, policy, told, most, period, counted, 1, message);
  end if;
  return true;
end
$pg_ai$;
alter function ai_private.spend_for_caller(text, text, text, text, integer, interval, text, boolean, text) owner to ai_owner;
comment on function ai_private.spend_for_caller(text, text, text, text, integer, interval, text, boolean, text) is 'Takes a call from a rate limit, for operations with "security": "invoker"';
revoke all on function ai_private.spend_for_caller(text, text, text, text, integer, interval, text, boolean, text) from public;
grant execute on function ai_private.spend_for_caller(text, text, text, text, integer, interval, text, boolean, text) to ai_admin, ai_user;
