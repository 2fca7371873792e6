-- Before a template is written: everything that is wrong with it, at once (PI410).
create function ai_private.check_email_template()
returns trigger
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $pg_ai$
declare
  declared constant jsonb := case when jsonb_typeof(new.variables) = 'object' then new.variables else '{}' end;
  problems jsonb := ai_private.null_problems('ai.email_templates', to_jsonb(new)) || case when new.variables is null or jsonb_typeof(new.variables) = 'object' then '[]'
    else jsonb_build_array(jsonb_build_object('path', 'variables', 'reason', 'not an object', 'suggestion', 'write {"name": {"type": "string"}}')) end;
  name text;
  schema jsonb;
begin
  -- pg_dump restores with function bodies unchecked: what was dumped had been looked at.
  if not current_setting('check_function_bodies')::boolean then
    return new;
  end if;
  if new.name !~ '^[a-z][a-z0-9_.-]{0,62}$' then
    problems := problems || jsonb_build_object('path', 'name', 'reason', 'not a name for a template', 'suggestion', 'small letters, digits and _ . -');
  end if;
  if new.locale !~ '^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$' then
    problems := problems || jsonb_build_object('path', 'locale', 'reason', 'not a language tag', 'suggestion', 'en, vi, vi-VN');
  end if;
  for name, schema in select e.key, e.value from jsonb_each(declared) as e loop
    problems := problems || case
      when name !~ '^[A-Za-z_][A-Za-z0-9_]*$' or name in ('true', 'false', 'nil', 'null', 'empty', 'blank', 'and', 'or', 'contains', 'in', 'forloop')
        then jsonb_build_array(jsonb_build_object('path', 'variables.' || name, 'reason', 'cannot be the name of a variable', 'suggestion', 'letters, digits and "_"'))
      else ai_private.schema_problems('variables.' || name, schema) end;
  end loop;
  if problems = '[]' then
    problems := ai_private.template_problems('subject', new.subject, declared) || ai_private.template_problems('body_text', new.body_text, declared)
      || coalesce(ai_private.template_problems('body_html', new.body_html, declared), '[]');
  end if;
  if problems <> '[]' then
    raise exception using
      errcode = 'PI410',
      message = ai_private.message('PI410', jsonb_build_object('template', coalesce(new.name, ''), 'locale', coalesce(new.locale, ''), 'count', jsonb_array_length(problems),
        'errors', (select string_agg(format(E'\n  %s: %s%s', e ->> 'path', e ->> 'reason', coalesce('; ' || (e ->> 'suggestion'), '')), '') from jsonb_array_elements(problems) as e))),
      detail = jsonb_build_object('template', new.name, 'locale', new.locale, 'errors', problems)::text,
      hint = ai_private.message('PI410.hint', '{}');
  end if;
  new.changed_at := clock_timestamp();
  return new;
end
$pg_ai$;
alter function ai_private.check_email_template() owner to ai_owner;
comment on function ai_private.check_email_template() is 'Trigger: refuses a template with mistakes';
revoke all on function ai_private.check_email_template() from public;
