-- Who has still to see how many events of a month: subscriptions that have not come so far, deliveries that wait as jobs, dead letters. Runs as who owns the tables.
create function ai_private.unseen_events(month_name text)
returns table (subscription text, events bigint)
language plpgsql
stable
security invoker
set search_path = pg_catalog, pg_temp
as $pg_ai$
#variable_conflict use_column
declare
  here constant text := (select s.system_identifier::text from pg_control_system() as s);
  c record;
  count bigint;
  dead bigint;
  jobs bigint;
begin
  for c in
    select k.*, s.topics
    from ai_private.subscription_cursor k
    join ai.subscriptions s on s.name = k.subscription
    order by k.subscription
  loop
    execute format('select count(*) from ai_private.%I as event where %s and event.id > $1', month_name, ai_private.topic_condition(c.topics))
      || case when c.cluster = here then ' and not ai_private.is_seen(event.transaction, event.id, $2, $3, $4)' else '' end
      -- of the window at hand what is done already
      || case when c.cluster = here and c.until is not null then ' and not (event.id <= $5 and ai_private.is_seen(event.transaction, event.id, $6, $7, $8))' else '' end
    into count using c.floor_id, c.seen, c.seen_boundary, c.seen_id, c.after_id, c.until, c.until_boundary, c.until_id;
    execute format('select count(*) from ai_private.%I as e join (
        select d.event_id from ai.dead_letters d where d.subscription = $1 union select r.event_id from ai_private.redelivery r where r.subscription = $1
      ) as d on d.event_id = e.id', month_name)
    into dead using c.subscription;
    jobs := 0;
    if to_regclass('graphile_worker.jobs') is not null then
      execute format($sql$select count(*) from ai_private.%I as e join (
          select substring(j.key from '([0-9]+)$')::bigint as id from graphile_worker.jobs j
          where starts_with(j.task_identifier, 'pg_ai.') and j.key ~ '^.*:[0-9]{1,18}$' and left(j.key, length($1) + 1) = $1 || ':'
        ) as j on j.id = e.id$sql$, month_name)
      into jobs using c.subscription;
    end if;
    if count + dead + jobs > 0 then
      subscription := c.subscription;
      events := count + dead + jobs;
      return next;
    end if;
  end loop;
end
$pg_ai$;
comment on function ai_private.unseen_events(text) is 'Who has still to see how many events of a month';
revoke all on function ai_private.unseen_events(text) from public;
