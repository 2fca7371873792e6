-- For ai_private.explain alone, which has made sure that its caller may call the operation: a plan tells about the rows.
create function ai_private.plan_as_owner(dispatch_number integer, inputs jsonb, options jsonb)
returns jsonb
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set plv8.start_proc = ''
set pljs.start_proc = ''
as $pg_ai$
declare
  stack text;
begin
  get diagnostics stack = pg_context;
  if not ai_private.called_by(stack, 'ai_private.explain(') then
    raise exception using errcode = '42501', message = 'ai_private.plan_as_owner is called by ai_private.explain only';
  end if;
  return ai_private.plan_of((select x from ai.operation x where x.dispatch = dispatch_number), inputs, options);
end
$pg_ai$;
alter function ai_private.plan_as_owner(integer, jsonb, jsonb) owner to ai_owner;
comment on function ai_private.plan_as_owner(integer, jsonb, jsonb) is 'EXPLAIN of an operation''s statement with the rights it runs with';
revoke all on function ai_private.plan_as_owner(integer, jsonb, jsonb) from public;
grant execute on function ai_private.plan_as_owner(integer, jsonb, jsonb) to ai_admin, ai_user;
