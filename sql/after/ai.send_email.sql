-- Sends a mail after commit: writes an event that the built-in subscription ai.email delivers. A transaction that is rolled back sends nothing.
--   template   a name in ai.email_templates
--   recipient  one address, without a name
--   variables  what the template declares
--   locale     of the reader; null takes English, or what the template has
-- Returns the id of the event. Errors: PI411 no such template, PI412 variables, PI413 recipient. The event keeps the variables: no passwords.
-- For ai_admin, and for what runs as ai_owner: actions and hooks.
create function ai.send_email(template text, recipient text, variables jsonb default '{}', locale text default null)
returns bigint
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $pg_ai$
#variable_conflict use_variable
declare
  chosen ai.email_templates;
  wrong jsonb;
  event_id bigint;
begin
  select t.* into chosen from ai_private.email_template(template, locale) as t;
  if chosen.name is null then
    raise exception using
      errcode = 'PI411',
      message = ai_private.message('PI411', jsonb_build_object('template', template)),
      hint = ai_private.message('PI411.hint', jsonb_build_object('known', (select coalesce(jsonb_agg(distinct t.name), '["none"]') from ai.email_templates t)));
  elsif ai_private.is_email_address(recipient) is not true then
    raise exception using
      errcode = 'PI413',
      message = ai_private.message('PI413', jsonb_build_object('recipient', recipient)),
      hint = ai_private.message('PI413.hint', '{}');
  end if;
  select ai_private.with_messages(v.errors) into wrong from ai_private.email_variables(chosen.variables, coalesce(variables, '{}')) as v;
  if wrong <> '[]' then
    raise exception using
      errcode = 'PI412',
      message = ai_private.message('PI412', jsonb_build_object('template', template, 'errors', (select string_agg(e ->> 'message', '; ') from jsonb_array_elements(wrong) as e))),
      detail = jsonb_build_object('template', template, 'errors', wrong)::text,
      hint = ai_private.message('PI412.hint', jsonb_build_object('template', template));
  end if;
  insert into ai.event_log (topic, entity, operation, actor, payload)
  values ('ai.email.send', 'ai.email', 'send',
    coalesce(nullif(current_setting('pg_ai.actor', true), ''), nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'sub',
      nullif(current_setting('role', true), 'none'), session_user),
    jsonb_build_object('template', template, 'to', recipient, 'variables', coalesce(variables, '{}'), 'locale', locale))
  returning id into event_id;
  return event_id;
end
$pg_ai$;
alter function ai.send_email(text, text, jsonb, text) owner to ai_owner;
comment on function ai.send_email(text, text, jsonb, text) is 'Sends a mail after commit: template, recipient, variables, locale';
revoke all on function ai.send_email(text, text, jsonb, text) from public;
grant execute on function ai.send_email(text, text, jsonb, text) to ai_owner, ai_admin;
