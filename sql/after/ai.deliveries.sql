-- What has become of an event, one row for each subscription that wants it:
--   to come      its cursor has not come so far (it is behind, paused, or failing)
--   handed on    to the channel or the broker; of jobs, mails and webhooks: it waits to be done, or is being done
--   done, given up, to be tried again
-- For ai_admin and ai_worker. Errors: PI406.
create function ai.deliveries(event_id bigint)
returns table (subscription text, delivery text, state text, attempts integer, at timestamptz, error text)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
-- as the relay judges filters (ai_private.write_taker)
set timezone = 'UTC'
set datestyle = 'ISO, MDY'
as $pg_ai$
#variable_conflict use_column
declare
  wanted constant bigint := event_id;
  e ai.event_log;
  s record;
  wants boolean;
begin
  select l.* into e from ai.event_log l where l.id = wanted;
  if e.id is null then
    raise exception using errcode = 'PI406', message = ai_private.message('PI406', jsonb_build_object('id', wanted)), hint = ai_private.message('PI406.hint', '{}');
  end if;
  for s in
    select b.name, b.delivery, b.topics, b.filter, p.*, d.at as done_at, x.attempts, x.error, x.at as given_up_at, r.event_id is not null as again
    from ai.subscriptions b
    join ai_private.subscription_cursor c on c.subscription = b.name
    cross join lateral ai_private.parse_position(ai_private.cursor_position(c)) as p
    left join ai_private.delivery_done d on d.subscription = b.name and d.event_id = wanted and d.key = ''
    left join ai.dead_letters x on x.subscription = b.name and x.event_id = wanted
    left join ai_private.redelivery r on r.subscription = b.name and r.event_id = wanted
    order by b.name
  loop
    begin
      execute format(E'select %s and coalesce((%s\n), false) from %s as event', ai_private.topic_condition(s.topics), coalesce(s.filter, 'true'),
        ai_private.event_source('(select ($1).*)'))
      into wants using e;
    -- It would fail in the relay, too, and so came to be a dead letter, or to be put off.
    exception when others then
      wants := true;
    end;
    continue when not wants and s.done_at is null and s.given_up_at is null;
    subscription := s.name;
    delivery := s.delivery;
    attempts := s.attempts;
    error := s.error;
    at := coalesce(s.given_up_at, s.done_at);
    state := case
      when s.given_up_at is not null then 'given up'
      when s.again then 'to be tried again'
      when s.done_at is not null then 'done'
      when ai_private.is_seen(e.transaction, e.id, s.seen, s.seen_boundary, s.seen_id)
        or s.until is not null and e.id <= s.after_id and ai_private.is_seen(e.transaction, e.id, s.until, s.until_boundary, s.until_id) then 'handed on'
      else 'to come'
    end;
    return next;
  end loop;
end
$pg_ai$;
alter function ai.deliveries(bigint) owner to ai_owner;
comment on function ai.deliveries(bigint) is 'What has become of an event, by subscription';
revoke all on function ai.deliveries(bigint) from public;
grant execute on function ai.deliveries(bigint) to ai_admin, ai_worker;
