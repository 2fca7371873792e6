-- Options are as strict as inputs: a misspelt one must not be ignored.
create function ai_private.check_options(table_name text, operation text, options jsonb, known text[])
returns void
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $pg_ai$
declare
  expected constant jsonb := E'{"dry_run": "true or false", "set_default": "a list of inputs", "on_error": "\\"abort\\" or \\"skip\\"",
    "idempotency_key": "a text of 1 to 255 characters", "expected_version": "a version as the row gave it"}'::jsonb
    || case when operation = 'action' then E'{"on_error": "\\"raise\\" or \\"return\\""}' else '{}' end::jsonb;
  unknown text;
  wrong text;
begin
  if jsonb_typeof(options) <> 'object' then
    unknown := options::text;
  else
    select string_agg(k, ', ' order by k) into unknown from jsonb_object_keys(options - known) as k;
    select string_agg(format('%s: %s', o.key, expected ->> o.key), '; ' order by o.key) into wrong
    from jsonb_each(options) as o
    where case o.key
      when 'dry_run' then jsonb_typeof(o.value) <> 'boolean'
      when 'set_default' then jsonb_typeof(o.value) <> 'array'
      when 'on_error' then o.value not in ('"abort"', '"skip"') and operation <> 'action' or o.value not in ('"raise"', '"return"') and operation = 'action'
      when 'idempotency_key' then jsonb_typeof(o.value) <> 'string' or length(o.value #>> '{}') not between 1 and 255
      when 'expected_version' then jsonb_typeof(o.value) not in ('string', 'number')
    end;
  end if;
  if unknown is null and wrong is null then
    return;
  end if;
  raise exception using
    errcode = 'PI102',
    message = ai_private.message(case when operation = 'action' then 'PI102.action' when unknown is null then 'PI102.value' else 'PI102' end,
      jsonb_build_object('table', table_name, 'operation', operation, 'options', coalesce(unknown, wrong))),
    detail = jsonb_build_object('table', table_name, 'operation', operation, 'unknown', unknown, 'wrong', wrong, 'known', known)::text,
    hint = ai_private.message('PI102.hint', jsonb_build_object('known', coalesce(nullif(array_to_string(known, ', '), ''), '-')));
end
$pg_ai$;
comment on function ai_private.check_options(text, text, jsonb, text[]) is 'Raises PI102 for an option that is unknown or has a wrong value';
revoke all on function ai_private.check_options(text, text, jsonb, text[]) from public;
grant execute on function ai_private.check_options(text, text, jsonb, text[]) to ai_owner, ai_admin, ai_user;
