-- What is wrong with the settings of a delivery, as an array of {"path", "reason", "suggestion"}.
create function ai_private.settings_problems(delivery text, settings jsonb)
returns jsonb
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $pg_ai$
declare
  known text[];
  required text[];
  problems jsonb := '[]';
  key text;
begin
  case delivery
    when 'job' then known := '{task,hook}'; required := case when settings ? 'hook' then '{}' else '{task}' end;
    when 'notify' then known := '{channel}'; required := '{channel}';
    when 'broker' then known := '{subject}'; required := '{}';
    when 'email' then return ai_private.email_settings_problems(settings);
    when 'webhook' then return ai_private.webhook_settings_problems(settings);
    else return '[]';
  end case;
  if jsonb_typeof(settings) <> 'object' then
    return jsonb_build_array(jsonb_build_object('path', 'settings', 'reason', 'no JSON object', 'suggestion', format('{"%s": "…"}', known[1])));
  end if;
  for key in select k from jsonb_object_keys(settings) as k order by k loop
    if not key = any (known) then
      problems := problems || jsonb_build_object('path', 'settings.' || key, 'reason', format('unknown key for the delivery %s', delivery),
        'suggestion', ai_private.suggestion(key, known));
    elsif jsonb_typeof(settings -> key) <> 'string' or settings ->> key ~ '^[[:space:]]*$' then
      problems := problems || jsonb_build_object('path', 'settings.' || key, 'reason', 'no text', 'suggestion', 'give it a name');
    end if;
  end loop;
  foreach key in array required loop
    if not settings ? key then
      problems := problems || jsonb_build_object('path', 'settings.' || key, 'reason', format('the delivery %s needs it', delivery),
        'suggestion', case delivery when 'job' then '{"task": "the name of a handler"}' else '{"channel": "the name of a channel"}' end);
    end if;
  end loop;
  if delivery = 'notify' and octet_length(settings ->> 'channel') > 63 then
    problems := problems || jsonb_build_object('path', 'settings.channel', 'reason', 'longer than 63 bytes', 'suggestion', 'shorten it');
  end if;
  if delivery = 'broker' and replace(settings ->> 'subject', '{topic}', 'topic') !~ '^[^[:space:]*>.]+([.][^[:space:]*>.]+)*$' then
    problems := problems || jsonb_build_object('path', 'settings.subject', 'reason', 'no subject that can be published to',
      'suggestion', 'labels with dots between them, without spaces, * and >; {topic} stands for the event''s topic');
  elsif delivery = 'broker' and settings ->> 'subject' ~ '^([$]|_INBOX[.])' then
    problems := problems || jsonb_build_object('path', 'settings.subject', 'reason', 'subjects that begin with $ or _INBOX are the server''s own: what is published there commands it',
      'suggestion', 'begin with another word');
  end if;
  return problems;
end
$pg_ai$;
comment on function ai_private.settings_problems(text, jsonb) is 'What is wrong with the settings of a delivery';
revoke all on function ai_private.settings_problems(text, jsonb) from public;
grant execute on function ai_private.settings_problems(text, jsonb) to ai_owner;
