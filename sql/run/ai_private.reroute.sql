-- Calls whose operation was not found at once: rare spellings ("Shop"."Users", SHOP.users), everything that is wrong, and numbers that the router
-- does not know any more. "missed" is the number that did not lead there, or -1. Before the first declaration there is no router yet, but then
-- there is no operation to be found either. Actions come by the word "action" in place of the operation, which no table has.
create function ai_private.reroute(missed integer, operation text, table_name text, inputs jsonb, options jsonb)
returns jsonb
language plpgsql
volatile
security invoker
as $pg_ai$
declare
  number pg_catalog.int4;
begin
  if $2 operator(pg_catalog.=) 'action' then
    number := ai_private.find_action($3);
  else
    number := ai_private.find_operation($2, $3, pg_catalog.current_schemas(true));
  end if;
  if number operator(pg_catalog.=) $1 then
    -- What this transaction sees is older than the functions.
    raise exception using errcode = '40001', message = 'the operation has been declared anew or withdrawn since this transaction began',
      hint = 'Repeat the transaction.';
  end if;
  return ai_gen.route(number, $2, $3, $4, $5);
end
$pg_ai$;
comment on function ai_private.reroute(integer, text, text, jsonb, jsonb) is 'Finds an operation the slow way and calls it';
revoke all on function ai_private.reroute(integer, text, text, jsonb, jsonb) from public;
grant execute on function ai_private.reroute(integer, text, text, jsonb, jsonb) to ai_owner, ai_admin, ai_user;
