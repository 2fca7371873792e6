-- All that is wrong with a subscription, as an array of {"path", "reason", "suggestion"}. "was" is the row before; null where it is new.
create function ai_private.subscription_problems(s ai.subscriptions, was ai.subscriptions)
returns jsonb
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $pg_ai$
declare
  deliveries constant text[] := '{job,email,webhook,notify,broker}';
  backoff_keys constant text[] := '{base_ms,factor,max_ms,jitter}';
  problems jsonb;
  item text;
  found jsonb;
  -- what stands in for nulls, so that the rest can be looked at
  given constant jsonb := jsonb_strip_nulls(to_jsonb(s));
  stand_in constant jsonb := '{"name": "x", "topics": ["**"], "delivery": "job", "settings": {}, "start_at": "now", "ordered": false, "paused": false,
    "max_attempts": 1, "backoff": {}, "timeout_ms": 1, "batch_size": 1, "created_at": "2000-01-01"}' || jsonb_build_object('name', coalesce(was.name, 'x'));
begin
  problems := ai_private.null_problems('ai.subscriptions', to_jsonb(s));
  s := jsonb_populate_record(s, stand_in || given);
  if s.name !~ '^[A-Za-z][A-Za-z0-9_.:/-]{0,49}$' then
    problems := problems || jsonb_build_object('path', 'name', 'reason', 'not a name for a subscription',
      'suggestion', 'a letter, then at most 49 letters, digits and _ . : / -');
  end if;
  if was.name is not null and s.name <> was.name then
    problems := problems || jsonb_build_object('path', 'name', 'reason', 'a subscription keeps its name: what is under way is known by it',
      'suggestion', 'insert another one and delete this one');
  end if;
  problems := problems || ai_private.topic_problems(s.topics);
  if s.filter is not null and s.filter is distinct from was.filter then
    found := ai_private.filter_problem(s.filter);
    if found is not null then
      problems := problems || (jsonb_build_object('path', 'filter') || found);
    end if;
  end if;
  if not s.delivery = any (deliveries) then
    problems := problems || jsonb_build_object('path', 'delivery', 'reason', format('there is no delivery "%s"', s.delivery),
      'suggestion', ai_private.suggestion(s.delivery, deliveries));
  end if;
  if given ?& '{delivery,settings}' then
    problems := problems || ai_private.settings_problems(s.delivery, s.settings);
  end if;
  if s.delivery = 'job' and s.settings ? 'hook' and (s.name is distinct from 'hook:' || (s.settings ->> 'hook') or s.settings ? 'task') then
    problems := problems || jsonb_build_object('path', 'settings.hook', 'reason', 'a hook has a subscription of its own',
      'suggestion', 'insert into ai.hooks, with the phase post_commit; or name a task');
  end if;
  if was.name is not null and s.start_at <> was.start_at then
    problems := problems || jsonb_build_object('path', 'start_at', 'reason', 'it counts when the subscription is made',
      'suggestion', format('select ai.replay(%L, %s)', s.name, case when s.start_at ~ '^[0-9]+$' then s.start_at else 'the id of an event' end));
  elsif s.start_at !~ '^(now|beginning|[0-9]{1,18})$' then
    problems := problems || jsonb_build_object('path', 'start_at', 'reason', format('"%s" is no place to start', s.start_at),
      'suggestion', coalesce('did you mean "' || ai_private.nearest(s.start_at, '{now,beginning}') || '"?', '''now'', ''beginning'' or the id of an event'));
  end if;
  if s.max_attempts not between 1 and 1000 then
    problems := problems || jsonb_build_object('path', 'max_attempts', 'reason', 'out of range', 'suggestion', '1 to 1000');
  end if;
  if s.timeout_ms not between 1 and 86400000 then
    problems := problems || jsonb_build_object('path', 'timeout_ms', 'reason', 'out of range', 'suggestion', '1 to 86400000 (a day)');
  end if;
  if s.batch_size not between 1 and 1000 then
    problems := problems || jsonb_build_object('path', 'batch_size', 'reason', 'out of range', 'suggestion', '1 to 1000');
  elsif s.batch_size > 1 and s.delivery in ('email', 'webhook') then
    problems := problems || jsonb_build_object('path', 'batch_size', 'reason', format('the delivery %s takes one event at a time', s.delivery), 'suggestion', '1');
  end if;
  if jsonb_typeof(s.backoff) <> 'object' then
    problems := problems || jsonb_build_object('path', 'backoff', 'reason', 'no JSON object', 'suggestion', '{"base_ms": 1000, "factor": 2, "max_ms": 3600000, "jitter": 0.2}');
  else
    for item in select k from jsonb_object_keys(s.backoff) as k order by k loop
      if not item = any (backoff_keys) then
        problems := problems || jsonb_build_object('path', 'backoff.' || item, 'reason', 'unknown key', 'suggestion', ai_private.suggestion(item, backoff_keys));
      elsif jsonb_typeof(s.backoff -> item) <> 'number'
        or not (s.backoff ->> item)::numeric between (case item when 'factor' then 1 else 0 end)
          and (case item when 'factor' then 100 when 'jitter' then 1 else 2592000000 end) then
        problems := problems || jsonb_build_object('path', 'backoff.' || item, 'reason', 'out of range',
          'suggestion', case item when 'factor' then '1 to 100' when 'jitter' then '0 to 1' else '0 to 2592000000 (30 days)' end);
      end if;
    end loop;
  end if;
  return problems;
end
$pg_ai$;
alter function ai_private.subscription_problems(ai.subscriptions, ai.subscriptions) owner to ai_owner;
comment on function ai_private.subscription_problems(ai.subscriptions, ai.subscriptions) is 'All that is wrong with a subscription';
revoke all on function ai_private.subscription_problems(ai.subscriptions, ai.subscriptions) from public;
