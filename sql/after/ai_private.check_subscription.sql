-- Before a subscription is written: fills in what its backoff leaves out, and refuses it with everything that is wrong with it.
-- Runs as ai_owner, whatever whoever writes the row may do.
create function ai_private.check_subscription()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $pg_ai$
declare
  problems jsonb;
  topic text;
  meant text;
begin
  -- pg_dump restores with function bodies unchecked: what was dumped had been looked at.
  if not current_setting('check_function_bodies')::boolean then
    return new;
  end if;
  -- Before this transaction has an id, if it can be: then the cursor knows where to begin.
  if tg_op = 'INSERT' and pg_current_xact_id_if_assigned() is null then
    perform ai_private.leave_mark();
  end if;
  if jsonb_typeof(new.backoff) = 'object' then
    new.backoff := '{"base_ms": 1000, "factor": 2, "max_ms": 3600000, "jitter": 0.2}' || new.backoff;
  end if;
  problems := ai_private.subscription_problems(new, case when tg_op = 'UPDATE' then old end);
  if problems <> '[]' then
    raise exception using
      errcode = 'PI400',
      message = ai_private.message('PI400', jsonb_build_object('name', coalesce(new.name, case when tg_op = 'UPDATE' then old.name end, ''), 'count', jsonb_array_length(problems),
        'errors', (select string_agg(format(E'\n  %s: %s%s', p ->> 'path', p ->> 'reason', coalesce('; ' || (p ->> 'suggestion'), '')), '' order by n)
          from jsonb_array_elements(problems) with ordinality as e (p, n)))),
      detail = jsonb_build_object('subscription', new.name, 'errors', problems)::text,
      hint = ai_private.message('PI400.hint', '{}');
  end if;
  -- Topics may come to be later, so this is not refused.
  for topic, meant in
    select t.topic, ai_private.nearest(t.topic, known.topics)
    from unnest(new.topics) as t (topic)
    cross join (select array_agg(o.qualified_name || '.' || o.operation) as topics from ai.operation o where o.operation <> 'fetch') as known
    where t.topic not like '%*%' and not new.settings ? 'hook' and not t.topic = any (known.topics)
  loop
    if meant is null then
      select o.qualified_name || '.' || o.operation into meant
      from ai.operation o where o.qualified_name || '.' || o.operation like '%.' || topic order by 1 limit 1;
    end if;
    if meant is not null then
      raise notice '%', ai_private.message('PI400.notice', jsonb_build_object('topic', topic, 'meant', meant));
    end if;
  end loop;
  return new;
end
$pg_ai$;
alter function ai_private.check_subscription() owner to ai_owner;
comment on function ai_private.check_subscription() is 'Refuses a subscription with all that is wrong with it';
revoke all on function ai_private.check_subscription() from public;
