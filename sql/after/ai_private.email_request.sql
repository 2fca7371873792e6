-- What an event asks the email delivery to send: recipients, template in the reader's locale, variables with defaults. "problem" says why nothing can be
-- sent, today or tomorrow. settings are the subscription's; event_at may have lost its microseconds. Called by the worker.
create function ai_private.email_request(settings jsonb, event_id bigint, event_at timestamptz)
returns table (problem text, template text, locale text, subject text, body_text text, body_html text, variables jsonb, recipients text[])
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $pg_ai$
#variable_conflict use_column
declare
  event jsonb;
  wanted jsonb;
  source jsonb;
  chosen ai.email_templates;
  given jsonb;
  reader jsonb;
  wrong jsonb;
begin
  select jsonb_build_object('id', e.id, 'at', e.at, 'topic', e.topic, 'entity', e.entity, 'operation', e.operation, 'action', e.action, 'key', e.row_key,
    'actor', e.actor, 'payload', e.payload) into event
  from ai.event_log e
  where e.id = event_id and e.at >= event_at and e.at < event_at + interval '1 millisecond';
  if event is null then
    problem := format('there is no event %s', event_id);
    return next;
    return;
  end if;
  -- The built-in subscription says nothing itself: ai.send_email has put all of it into the event.
  wanted := case when settings ? 'template' then settings else event -> 'payload' end;
  source := case when settings ? 'template' then event else '{}' end;
  reader := ai_private.event_value(wanted -> 'locale', source);
  select t.* into chosen from ai_private.email_template(wanted ->> 'template', reader #>> '{}') as t;
  template := coalesce(wanted ->> 'template', '');
  locale := chosen.locale;
  subject := chosen.subject;
  body_text := chosen.body_text;
  body_html := chosen.body_html;
  select array_agg(distinct r #>> '{}') into recipients
  from ai_private.event_value(wanted -> 'to', source) as t, jsonb_path_query(t, '$[*]') as r;
  if wanted ? 'variables' then
    select coalesce(jsonb_object_agg(v.key, coalesce(ai_private.event_value(v.value, source), 'null')), '{}') into given from jsonb_each(wanted -> 'variables') as v;
  else
    select coalesce(jsonb_object_agg(p.key, p.value), '{}') into given from jsonb_each(event -> 'payload') as p where chosen.variables ? p.key;
  end if;
  problem := case
    when chosen.name is null then format('there is no email template "%s"', template)
    when recipients is null or array_position(recipients, null) is not null then format('there is no recipient: %s', coalesce(wanted ->> 'to', 'settings.to is missing'))
    when cardinality(recipients) > 50 then format('there are %s recipients; at most 50 go with one event', cardinality(recipients))
    else (select format('not an email address: %s', r) from unnest(recipients) as r where not ai_private.is_email_address(r) limit 1)
  end;
  if problem is null then
    select v.filled, v.errors into variables, wrong from ai_private.email_variables(chosen.variables, given) as v;
    if wrong <> '[]' then
      problem := format('the variables of the template %s are wrong: %s', template,
        (select string_agg(e ->> 'message', '; ') from jsonb_array_elements(ai_private.with_messages(wrong)) as e));
    end if;
  end if;
  return next;
end
$pg_ai$;
alter function ai_private.email_request(jsonb, bigint, timestamptz) owner to ai_owner;
comment on function ai_private.email_request(jsonb, bigint, timestamptz) is 'What an event asks the email delivery to send';
revoke all on function ai_private.email_request(jsonb, bigint, timestamptz) from public;
grant execute on function ai_private.email_request(jsonb, bigint, timestamptz) to ai_worker;
