-- How many deliveries of a month's events to a subscription wait: as jobs, as dead letters, or to be tried again. Runs as who owns the tables, and must be able to see
-- jobs where there are any.
create function ai_private.waiting_deliveries(month_name text, subscription_name text)
returns bigint
language plpgsql
stable
security invoker
set search_path = pg_catalog, pg_temp
as $pg_ai$
declare
  dead bigint;
  jobs bigint := 0;
begin
  execute format($sql$
    select count(*) from ai_private.%I as e
    where e.id in (
      select d.event_id from ai.dead_letters d where d.subscription = $1
      union
      select r.event_id from ai_private.redelivery r where r.subscription = $1)$sql$, month_name)
  into dead using subscription_name;
  if to_regclass('graphile_worker.jobs') is not null then
    execute format($sql$
      select count(*) from ai_private.%I as e
      where e.id in (
        select substring(j.key from '[0-9]+$')::bigint
        from graphile_worker.jobs j
        where starts_with(j.task_identifier, 'pg_ai.') and starts_with(j.key, $1 || ':') and substr(j.key, length($1) + 2) ~ '^[0-9]{1,18}$')$sql$, month_name)
    into jobs using subscription_name;
  end if;
  return dead + jobs;
end
$pg_ai$;
comment on function ai_private.waiting_deliveries(text, text) is 'How many deliveries of a month''s events to a subscription wait';
revoke all on function ai_private.waiting_deliveries(text, text) from public;
