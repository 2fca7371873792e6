-- After endpoints were deleted or renamed: not those that subscriptions post to (PI422), whose events would become dead letters. "gone" are the rows before.
create function ai_private.keep_used_endpoints()
returns trigger
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $pg_ai$
declare
  used record;
begin
  select g.name, jsonb_agg(s.name order by s.name) as users into used
  from gone g
  join ai.subscriptions s on s.delivery = 'webhook' and s.settings ->> 'endpoint' = g.name
  where not exists (select from ai.webhook_endpoints e where e.name = g.name)
  group by g.name
  order by g.name
  limit 1;
  if used.name is not null then
    raise exception using
      errcode = 'PI422',
      message = ai_private.message('PI422', jsonb_build_object('endpoint', used.name, 'users', used.users)),
      detail = jsonb_build_object('endpoint', used.name, 'subscriptions', used.users)::text,
      hint = ai_private.message('PI422.hint', jsonb_build_object('endpoint', used.name));
  end if;
  return null;
end
$pg_ai$;
alter function ai_private.keep_used_endpoints() owner to ai_owner;
comment on function ai_private.keep_used_endpoints() is 'Trigger: keeps the endpoints that subscriptions post to';
revoke all on function ai_private.keep_used_endpoints() from public;
