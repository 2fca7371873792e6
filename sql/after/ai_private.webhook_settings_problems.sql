-- What is wrong with the settings of a webhook subscription, as an array of {"path", "reason", "suggestion"}.
create function ai_private.webhook_settings_problems(settings jsonb)
returns jsonb
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $pg_ai$
declare
  problems jsonb := '[]';
  key text;
begin
  if jsonb_typeof(settings) <> 'object' then
    return jsonb_build_array(jsonb_build_object('path', 'settings', 'reason', 'no JSON object', 'suggestion', '{"endpoint": "…"}'));
  end if;
  for key in select k from jsonb_object_keys(settings) as k where k <> 'endpoint' order by k loop
    problems := problems || jsonb_build_object('path', 'settings.' || key, 'reason', 'unknown key for the delivery webhook', 'suggestion', ai_private.suggestion(key, '{endpoint}'));
  end loop;
  if not settings ? 'endpoint' then
    problems := problems || jsonb_build_object('path', 'settings.endpoint', 'reason', 'the delivery webhook needs it', 'suggestion', 'a name in ai.webhook_endpoints');
  elsif not exists (select from ai.webhook_endpoints e where e.name = settings ->> 'endpoint') then
    problems := problems || jsonb_build_object('path', 'settings.endpoint', 'reason', format('there is no endpoint "%s"', settings ->> 'endpoint'),
      'suggestion', coalesce((select ai_private.suggestion(coalesce(settings ->> 'endpoint', ''), array_agg(e.name order by e.name)) from ai.webhook_endpoints e having count(*) > 0),
        'insert it into ai.webhook_endpoints'));
  end if;
  return problems;
end
$pg_ai$;
comment on function ai_private.webhook_settings_problems(jsonb) is 'What is wrong with the settings of a webhook subscription';
revoke all on function ai_private.webhook_settings_problems(jsonb) from public;
grant execute on function ai_private.webhook_settings_problems(jsonb) to ai_owner;
