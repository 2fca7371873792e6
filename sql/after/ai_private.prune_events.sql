-- The part of ai.prune that is about events: drops months before a moment, the oldest first, up to the first that somebody has still to see.
create function ai_private.prune_events(before timestamptz, unseen_before timestamptz)
returns setof text
language plpgsql
volatile
security invoker
set search_path = pg_catalog, pg_temp
as $pg_ai$
declare
  p record;
  unseen jsonb;
begin
  for p in
    select c.relname as name, (to_date(substring(c.relname from '...._..$'), 'YYYY_MM') + interval '1 month') at time zone 'UTC' as ends
    from pg_inherits i
    join pg_class c on c.oid = i.inhrelid
    where i.inhparent = 'ai.event_log'::regclass and c.relname ~ '^event_log_[0-9]{4}_[0-9]{2}$'
    order by c.relname
  loop
    exit when p.ends > before;
    -- Cursors stand still while it is looked at where they are.
    lock table ai_private.subscription_cursor, ai.listeners in share row exclusive mode;
    select jsonb_object_agg(coalesce(u.subscription, 'listener ' || u.listener), u.events) into unseen from ai_private.unseen_events(p.name) as u;
    if unseen is not null then
      if p.ends > coalesce(unseen_before, '-infinity') then
        raise warning using errcode = 'PI405',
          message = ai_private.message('PI405', jsonb_build_object('month', p.name, 'subscriptions', (select jsonb_agg(k order by k) from jsonb_object_keys(unseen) as k))),
          detail = unseen::text,
          hint = ai_private.message('PI405.hint', '{}');
        exit;
      end if;
      raise warning using errcode = 'PI405',
        message = ai_private.message('PI405.dropped', jsonb_build_object('month', p.name, 'subscriptions', (select jsonb_agg(k order by k) from jsonb_object_keys(unseen) as k))),
        detail = unseen::text;
      update ai_private.subscription_cursor c
      set lost = c.lost + (unseen ->> c.subscription)::bigint
      where unseen ? c.subscription;
      update ai.listeners l
      set lost = l.lost + (unseen ->> ('listener ' || l.name))::bigint
      where unseen ? ('listener ' || l.name);
    end if;
    execute format('drop table ai_private.%I', p.name);
    return next p.name;
  end loop;
  delete from ai_private.delivery_done d
  where d.at < before and d.event_id < (select coalesce(min(e.id), 9223372036854775807) from ai.event_log e);
end
$pg_ai$;
comment on function ai_private.prune_events(timestamptz, timestamptz) is 'Drops months of events that everybody has seen';
revoke all on function ai_private.prune_events(timestamptz, timestamptz) from public;
