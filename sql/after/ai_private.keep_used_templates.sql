-- After templates were deleted, renamed or changed: those that subscriptions and steps of actions name are still there, and what the subscriptions fill in still is what
-- they take (PI414). "was" are the rows before. Mails of code that calls ai.send_email are looked at when it calls.
create function ai_private.keep_used_templates()
returns trigger
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $pg_ai$
declare
  used record;
begin
  select u.template, jsonb_agg(u.name || coalesce(': ' || u.problem, '') order by u.name) as users into used
  from (
    select distinct w.name as template, 'the subscription ' || s.name as name, p.problem
    from was w
    join ai.subscriptions s on s.delivery = 'email' and s.settings ->> 'template' = w.name
    cross join lateral (
      select string_agg(format('%s: %s', e ->> 'path', e ->> 'reason'), '; ') as problem
      from jsonb_array_elements(ai_private.email_settings_problems(s.settings)) as e
    ) as p
    where p.problem is not null
    union all
    select distinct w.name, 'the action ' || a.action_name, null
    from was w
    join ai.meta_actions a on jsonb_path_exists(jsonb_build_array(a.steps, a.post_actions), '$.**.send_email ? (@ == $name)', jsonb_build_object('name', w.name))
    where not exists (select from ai.email_templates t where t.name = w.name)
  ) as u
  group by u.template
  order by u.template
  limit 1;
  if used.template is not null then
    raise exception using
      errcode = 'PI414',
      message = ai_private.message('PI414', jsonb_build_object('template', used.template, 'users', (select string_agg(E'\n  ' || u, '') from jsonb_array_elements_text(used.users) as u))),
      detail = jsonb_build_object('template', used.template, 'users', used.users)::text,
      hint = ai_private.message('PI414.hint', '{}');
  end if;
  return null;
end
$pg_ai$;
alter function ai_private.keep_used_templates() owner to ai_owner;
comment on function ai_private.keep_used_templates() is 'Trigger: keeps the templates that subscriptions and actions use as they use them';
revoke all on function ai_private.keep_used_templates() from public;
