-- Raises PI200: a policy does not let the call be made (stages gate and call), or PI201: not with this row (stage row). "messages": the policies' own, by name.
create function ai_private.refuse_policy(table_name text, operation text, stage text, policy text, messages jsonb default '{}')
returns void
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $pg_ai$
declare
  code constant text := case stage when 'row' then 'PI201' else 'PI200' end;
  parameters constant jsonb := jsonb_build_object('table', table_name, 'operation', operation, 'policy', policy);
begin
  raise exception using
    errcode = code,
    message = coalesce(messages ->> policy, ai_private.message(case operation when 'action' then 'PI200.action' else code end, parameters)),
    detail = (ai_private.subject(table_name, operation) || jsonb_build_object('policy', policy, 'stage', stage))::text,
    hint = ai_private.message(case operation when 'action' then 'PI200.action.hint' else 'PI200.hint' end, parameters);
end
$pg_ai$;
comment on function ai_private.refuse_policy(text, text, text, text, jsonb) is 'Raises PI200 or PI201: a policy does not hold';
revoke all on function ai_private.refuse_policy(text, text, text, text, jsonb) from public;
grant execute on function ai_private.refuse_policy(text, text, text, text, jsonb) to ai_owner, ai_admin, ai_user;
