-- Reads on from a position, in the order of ids and without gaps, as the relay does for subscriptions: looks at up to "most" events and returns those of the topics,
-- with the position behind them. "after" is 'now', 'beginning', the id of an event that is known already, or a position as it was returned. Behind ai.events_after
-- and subscribe() in TypeScript. For ai_admin and ai_worker; READ COMMITTED only.
-- A position is cluster/seen/boundary/id/floor and, within a window, /until/boundary/id/after: see ai_private.subscription_cursor.
create function ai_private.read_events(
  after text, topics text[], most integer, out ids bigint[], out times timestamptz[], out next text, out head text, out unfinished boolean
)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set enable_bitmapscan = off
set jit = off
as $pg_ai$
declare
  here constant text := (select s.system_identifier::text from pg_control_system() as s);
  part constant text[] := string_to_array(after, '/');
  seen pg_snapshot := '1:1:';
  seen_boundary xid8 := '1';
  seen_id bigint := 0;
  floor_id bigint := 0;
  until pg_snapshot;
  until_boundary xid8;
  until_id bigint;
  after_id bigint;
  last_id constant bigint := ai_private.last_event_id();
  looked_at integer;
begin
  if current_setting('transaction_isolation') not in ('read committed', 'read uncommitted') then
    raise exception using errcode = 'PI401', message = ai_private.message('PI401', '{}');
  end if;
  if after is null or after !~ '^(now|beginning|[0-9]{1,18}|[0-9]+/[0-9]+:[0-9]+:[0-9,]*(/[0-9]+){3}(/[0-9]+:[0-9]+:[0-9,]*(/[0-9]+){3})?)$' then
    raise exception using errcode = 'PI404', message = ai_private.message('PI404', jsonb_build_object('position', after)),
      hint = ai_private.message('PI404.hint', '{}');
  end if;

  if after ~ '^[0-9]+$' then
    seen_id := after::bigint;
    floor_id := seen_id;
  elsif part[1] = here then
    seen := part[2]::pg_snapshot;
    seen_boundary := part[3]::xid8;
    seen_id := part[4]::bigint;
    floor_id := part[5]::bigint;
    until := part[6]::pg_snapshot;
    until_boundary := part[7]::xid8;
    until_id := part[8]::bigint;
    after_id := part[9]::bigint;
    if until is null and not ai_private.may_be_news(seen, seen_boundary, seen_id, last_id) then
      ids := '{}';
      times := '{}';
      next := after;
      unfinished := false;
      return;
    end if;
  elsif after ~ '/' then
    -- from before a dump
    seen_id := part[5]::bigint;
    floor_id := seen_id;
  end if;
  if until is null then
    -- A mark of one's own takes a transaction id; while there is one that is good enough, reading only reads.
    select m.boundary, m.id into until_boundary, until_id from ai_private.event_mark m order by m.id desc limit 1;
    if until_id is null or last_id - until_id > 500 or pg_current_xact_id_if_assigned() is not null then
      select m.boundary, m.id into until_boundary, until_id from ai_private.leave_mark() as m;
    end if;
    select ai_private.snapshot_without_me() into until;
    if after = 'now' then
      seen := until;
      seen_boundary := until_boundary;
      seen_id := until_id;
    end if;
    after_id := ai_private.first_new_id(seen, seen_boundary, seen_id, floor_id, until);
  end if;

  execute format($read$
    with looked_at as materialized (
      select event.id, event.at, %s as wanted
      from ai.event_log as event
      where event.id > $7
        and (pg_visible_in_snapshot(event.transaction, $4) or event.transaction >= $5 and event.id <= $6)
        and not (pg_visible_in_snapshot(event.transaction, $1) or event.transaction >= $2 and event.id <= $3)
      order by event.id
      limit $8
    )
    select coalesce(array_agg(l.id order by l.id) filter (where l.wanted), '{}'), coalesce(array_agg(l.at order by l.id) filter (where l.wanted), '{}'), max(l.id), count(*)
    from looked_at as l$read$, ai_private.topic_condition(topics))
  into ids, times, after_id, looked_at
  using seen, seen_boundary, seen_id, until, until_boundary, until_id, after_id, most;

  -- What stands before the id in a position within the window.
  head := format('%s/%s/%s/%s/%s/%s/%s/%s/', here, seen, seen_boundary, seen_id, floor_id, until, until_boundary, until_id);
  unfinished := looked_at >= most;
  if unfinished then
    next := head || after_id;
  else
    next := format('%s/%s/%s/%s/%s', here, until, until_boundary, until_id, greatest(floor_id, ai_private.seen_floor(until, until_boundary, until_id)));
  end if;
end
$pg_ai$;
alter function ai_private.read_events(text, text[], integer) owner to ai_owner;
comment on function ai_private.read_events(text, text[], integer) is 'Reads events on from a position';
revoke all on function ai_private.read_events(text, text[], integer) from public;
grant execute on function ai_private.read_events(text, text[], integer) to ai_admin, ai_worker;
