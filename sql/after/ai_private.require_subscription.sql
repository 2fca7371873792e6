-- Raises PI403 where there is no such subscription.
create function ai_private.require_subscription(subscription_name text)
returns void
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $pg_ai$
declare
  known constant text[] := array(select s.name from ai.subscriptions s order by s.name);
begin
  if subscription_name = any (known) then
    return;
  end if;
  raise exception using errcode = 'PI403',
    message = ai_private.message('PI403', jsonb_build_object('name', subscription_name)),
    detail = jsonb_build_object('subscription', subscription_name, 'known', known)::text,
    hint = ai_private.message('PI403.hint', jsonb_build_object('known', coalesce(nullif(array_to_string(known, ', '), ''), '-')));
end
$pg_ai$;
comment on function ai_private.require_subscription(text) is 'Raises PI403 where there is no such subscription';
revoke all on function ai_private.require_subscription(text) from public;
grant execute on function ai_private.require_subscription(text) to ai_owner;
