-- What is wrong with the settings of an email subscription, as an array of {"path", "reason", "suggestion"}.
--   template, to, variables, locale   what to send to whom; texts that begin with "$." are paths into the event. Without variables, fields of the
--                                     payload that the template declares are taken
--   from, reply_to                    "Shop <shop@example.com>"; else the worker's sender
--   in_doubt                          "resend" (default) or "hold": a mail of which nobody knows whether the server took it
create function ai_private.email_settings_problems(settings jsonb)
returns jsonb
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $pg_ai$
declare
  known constant text[] := '{template,to,variables,locale,from,reply_to,in_doubt}';
  problems jsonb := '[]';
  declared jsonb;
  key text;
  value text;
begin
  if jsonb_typeof(settings) <> 'object' then
    return jsonb_build_array(jsonb_build_object('path', 'settings', 'reason', 'no JSON object', 'suggestion', '{"template": "welcome", "to": "$.payload.email"}'));
  end if;
  for key in select k from jsonb_object_keys(settings) as k where k <> all (known) order by k loop
    problems := problems || jsonb_build_object('path', 'settings.' || key, 'reason', 'unknown key for the delivery email', 'suggestion', ai_private.suggestion(key, known));
  end loop;
  for key, value in
    select 'settings.' || s.key, s.value #>> '{}' from jsonb_each(settings) as s where s.key in ('to', 'locale')
    union all select 'settings.variables.' || v.key, v.value #>> '{}'
    from jsonb_each(case when jsonb_typeof(settings -> 'variables') = 'object' then settings -> 'variables' else '{}' end) as v
    order by 1
  loop
    if value ~ '^[$]([.[]|$)' then
      begin
        perform value::jsonpath;
      exception when syntax_error or invalid_text_representation then
        problems := problems || jsonb_build_object('path', key, 'reason', format('"%s" is no path into the event', value), 'suggestion', '$.payload.email');
      end;
    end if;
  end loop;
  -- Nothing but these: then the event says it, as those of ai.send_email do.
  if settings - array['from', 'reply_to', 'in_doubt'] <> '{}' then
    select t.variables into declared from ai_private.email_template(settings ->> 'template', null) as t;
    if declared is null then
      problems := problems || jsonb_build_object('path', 'settings.template', 'reason', case when settings ? 'template' then format('there is no email template "%s"', settings ->> 'template') else 'it is missing' end,
        'suggestion', coalesce((select ai_private.suggestion(coalesce(settings ->> 'template', ''), array_agg(distinct t.name)) from ai.email_templates t having count(*) > 0),
          'insert one into ai.email_templates'));
    elsif jsonb_typeof(coalesce(settings -> 'variables', '{}')) <> 'object' then
      problems := problems || jsonb_build_object('path', 'settings.variables', 'reason', 'no JSON object', 'suggestion', '{"name": "$.payload.name"}');
    elsif settings ? 'variables' then
      for key in select k from jsonb_object_keys(settings -> 'variables') as k where not declared ? k order by k loop
        problems := problems || jsonb_build_object('path', 'settings.variables.' || key, 'reason', 'the template declares no such variable',
          'suggestion', ai_private.suggestion(key, array(select k from jsonb_object_keys(declared) as k)));
      end loop;
      for key in select d.key from jsonb_each(declared) as d where not d.value ? 'default' and not settings -> 'variables' ? d.key order by d.key loop
        problems := problems || jsonb_build_object('path', 'settings.variables.' || key, 'reason', 'the template needs it', 'suggestion', '$.payload.' || key);
      end loop;
    end if;
    if not settings ? 'to' then
      problems := problems || jsonb_build_object('path', 'settings.to', 'reason', 'it is missing', 'suggestion', 'an address, a list of them, or a path such as $.payload.email');
    end if;
  end if;
  if coalesce(settings ->> 'in_doubt', 'resend') not in ('resend', 'hold') then
    problems := problems || jsonb_build_object('path', 'settings.in_doubt', 'reason', format('"%s" is unknown', settings ->> 'in_doubt'), 'suggestion', 'resend or hold');
  end if;
  return problems;
end
$pg_ai$;
comment on function ai_private.email_settings_problems(jsonb) is 'What is wrong with the settings of an email subscription';
revoke all on function ai_private.email_settings_problems(jsonb) from public;
grant execute on function ai_private.email_settings_problems(jsonb) to ai_owner;
