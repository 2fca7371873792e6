-- Raises what a hook refuses with: its message under its code, PI301 where it has none. A function of SQL or PL/pgSQL raises by itself or answers
-- {"refuse": {…}}; JavaScript that throws comes here.
create function ai_private.refuse_by_hook(hook text, table_name text, operation text, refusal jsonb)
returns void
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $pg_ai$
declare
  place constant text := concat_ws(', ', refusal ->> 'source', 'line ' || (refusal ->> 'line'));
begin
  raise exception using
    -- success, warnings and what is pg_ai's own are nobody's to raise
    errcode = case when refusal ->> 'code' ~ '^[0-9A-Z]{5}$' and refusal ->> 'code' !~ '^0[0-3]|^PI[^3]' then refusal ->> 'code' else 'PI301' end,
    message = coalesce(case when refusal ->> 'code' = 'PI303' then ai_private.message('PI303', jsonb_build_object('hook', hook, 'limit', refusal #> '{detail,limit}')) end, refusal ->> 'message', ai_private.message(case operation when 'action' then 'PI301.action' else 'PI301' end, jsonb_build_object('hook', hook, 'table', table_name, 'operation', operation))),
    detail = (ai_private.subject(table_name, operation) || jsonb_build_object('hook', hook) || (refusal - '{code,message}'::text[]))::text,
    hint = ai_private.message(case when place = '' then 'PI301.hint' else 'PI301.place' end, jsonb_build_object('hook', hook, 'place', place));
end
$pg_ai$;
comment on function ai_private.refuse_by_hook(text, text, text, jsonb) is 'Raises what a hook refuses with';
revoke all on function ai_private.refuse_by_hook(text, text, text, jsonb) from public;
grant execute on function ai_private.refuse_by_hook(text, text, text, jsonb) to ai_owner, ai_admin, ai_user;
