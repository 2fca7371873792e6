-- Hands a call over to the generated router. Plans of calls depend on this function: granting it anew makes them anew, which is why it belongs
-- to ai_owner, whose router changes.
create function ai_private.route(dispatch_number integer, operation text, table_name text, inputs jsonb, options jsonb)
returns jsonb
language plpgsql
volatile
security invoker
as $pg_ai$
begin
  if $1 operator(pg_catalog.<) 0 then
    return ai_private.reroute($1, $2, $3, $4, $5);
  end if;
  return ai_gen.route($1, $2, $3, $4, $5);
end
$pg_ai$;
alter function ai_private.route(integer, text, text, jsonb, jsonb) owner to ai_owner;
comment on function ai_private.route(integer, text, text, jsonb, jsonb) is 'The way from ai.generate_mutation to the generated router';
revoke all on function ai_private.route(integer, text, text, jsonb, jsonb) from public;
grant execute on function ai_private.route(integer, text, text, jsonb, jsonb) to ai_admin, ai_user;
