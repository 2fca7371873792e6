-- Raises PI007: a hook, a policy or an action that cannot be registered, with every diagnostic.
create function ai_private.refuse_program(kind text, name text, problems jsonb)
returns void
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $pg_ai$
declare
  errors jsonb;
begin
  select jsonb_agg(p - 'severity') into errors from jsonb_array_elements(problems) as p where p ->> 'severity' = 'error';
  raise exception using
    errcode = 'PI007',
    message = ai_private.message('PI007', jsonb_build_object('kind', kind, 'name', name, 'count', jsonb_array_length(errors),
      'errors', (select string_agg(format(E'\n  %s: %s%s', e ->> 'path', e ->> 'reason', coalesce('; ' || (e ->> 'suggestion'), '')), '') from jsonb_array_elements(errors) as e))),
    detail = jsonb_build_object('kind', kind, 'name', name, 'errors', errors)::text,
    hint = ai_private.message('PI007.hint', '{}');
end
$pg_ai$;
comment on function ai_private.refuse_program(text, text, jsonb) is 'Raises PI007 with every diagnostic';
revoke all on function ai_private.refuse_program(text, text, jsonb) from public;
grant execute on function ai_private.refuse_program(text, text, jsonb) to ai_owner, ai_admin;
