-- Retention: drops whole months of the audit trail, of events, idempotency keys and what is known of mails that lie before a moment, and sums up the metrics from
-- before it. Returns what was dropped.
-- A month of events that somebody has still to see is kept, and all after it, with a warning; unless it lies before "unseen_before", too: then it is dropped all the
-- same, with a warning, and ai.status() keeps telling how many events a subscription has lost.
-- Call it as the role that installed pg_ai. Verification knows what was dropped (ai.audit_retention).
create function ai.prune(before timestamptz, unseen_before timestamptz default null)
returns setof text
language plpgsql
volatile
security invoker
set search_path = pg_catalog, pg_temp
-- moments become literals below, and must mean the same when they are read
set datestyle = 'ISO, MDY'
set timezone = 'UTC'
as $pg_ai$
declare
  p record;
begin
  for p in
    select c.relname as name
    from pg_inherits i
    join pg_class c on c.oid = i.inhrelid
    where i.inhparent = 'ai.audit_log'::regclass and c.relname ~ '^audit_log_[0-9]{4}_[0-9]{2}$'
      and (to_date(substring(c.relname from '...._..$'), 'YYYY_MM') + interval '1 month') at time zone 'UTC' <= before
    order by c.relname
  loop
    execute format('drop table ai_private.%I', p.name);
    insert into ai.audit_retention (month)
    values (to_date(substring(p.name from '...._..$'), 'YYYY_MM')::timestamp at time zone 'UTC')
    on conflict (month) do nothing;
    return next p.name;
  end loop;
  return query select e.name from ai_private.prune_events(before, unseen_before) as e (name);
  delete from ai_private.idempotency i where i.at < before;
  -- rate limits that a key has not touched for longer than they look back
  delete from ai_private.rate_state r where r.idle_from < now();
  perform ai_private.fold_metrics(before);
  -- what is known of a mail stays as long as its event, which could be replayed
  delete from ai.email_log l where l.changed_at < before and not exists (select from ai.event_log e where e.id = l.event_id);
end
$pg_ai$;
comment on function ai.prune(timestamptz, timestamptz) is 'Drops months of the audit trail and of events that lie before a moment';
revoke all on function ai.prune(timestamptz, timestamptz) from public;
