-- "program": a row of ai.hooks or ai.policies is what was written, not a comment.
create function ai_private.refuse_declaration(target oid, problems jsonb, program boolean default false)
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
    errcode = 'PI001',
    message = ai_private.message('PI001', jsonb_build_object('table', target::regclass::text, 'count', jsonb_array_length(errors),
      'errors', (select string_agg(format(E'\n  %s: %s%s', e ->> 'path', e ->> 'reason', coalesce('; ' || (e ->> 'suggestion'), '')), '') from jsonb_array_elements(errors) as e))),
    detail = jsonb_build_object('table', target::regclass::text, 'errors', errors)::text,
    hint = ai_private.message(case when program then 'PI007.hint' else 'PI001.hint' end, '{}');
end
$pg_ai$;
comment on function ai_private.refuse_declaration(oid, jsonb, boolean) is 'Raises PI001 with every diagnostic';
-- Executable by everybody: event triggers do what they do as whoever issues the DDL.
grant execute on function ai_private.refuse_declaration(oid, jsonb, boolean) to public;
