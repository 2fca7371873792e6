-- Reads on from a position, in the order of ids and without gaps, as the relay does for subscriptions: looks at up to "most" events and returns those of the topics,
-- and the position behind them ("next"; "head" with the id of one of them is the position behind that one). "after" is a position (ai_private.parse_position) or
-- 'now'. Behind ai.events_after and subscribe() in TypeScript. For ai_admin and ai_worker; READ COMMITTED only.
create function ai_private.read_events(
  after text, topics text[], most integer,
  out ids bigint[], out times timestamptz[], out next text, out head text, out looked_at integer, out unfinished boolean
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
  last_id constant bigint := ai_private.last_event_id();
  p record;
  goes_on boolean;
  problems jsonb;
begin
  if current_setting('transaction_isolation') not in ('read committed', 'read uncommitted') then
    raise exception using errcode = 'PI401', message = ai_private.message('PI401', '{}');
  end if;
  problems := ai_private.topic_problems(topics);
  if most < 1 then
    problems := problems || jsonb_build_object('path', 'most', 'reason', format('%s events cannot be read', most), 'suggestion', '1 or more');
  end if;
  if problems <> '[]' then
    raise exception using
      errcode = 'PI407',
      message = ai_private.message('PI407', jsonb_build_object('errors', (select string_agg(format('%s: %s', e ->> 'path', e ->> 'reason'), '; ') from jsonb_array_elements(problems) as e))),
      detail = jsonb_build_object('errors', problems)::text,
      hint = ai_private.message('PI407.hint', '{}');
  end if;
  topics := coalesce(topics, '{**}');
  most := coalesce(most, 1000);
  p := ai_private.parse_position(case after when 'now' then '0' else after end);
  ids := '{}';
  times := '{}';
  looked_at := 0;
  unfinished := false;
  goes_on := p.until is not null;
  if not goes_on then
    if after <> 'now' and p.seen_boundary > '1' and not ai_private.may_be_news(p.seen, p.seen_boundary, p.seen_id, last_id) then
      next := after;
      return;
    end if;
    -- A mark of one's own takes a transaction id; while there is one that is good enough, reading only reads.
    select m.boundary, m.id into p.until_boundary, p.until_id from ai_private.event_mark m order by m.boundary desc limit 1;
    if p.until_id is null or last_id - p.until_id > 500 or pg_current_xact_id_if_assigned() is not null then
      select m.boundary, m.id into p.until_boundary, p.until_id from ai_private.leave_mark() as m;
    end if;
    select ai_private.snapshot_without_me() into p.until;
    if after = 'now' then
      next := format('%s/%s/%s/%s/%s', here, p.until, p.until_boundary, p.until_id, ai_private.seen_floor(p.until, p.until_boundary, p.until_id));
      return;
    end if;
    p.after_id := ai_private.first_new_id(p.seen, p.seen_boundary, p.seen_id, p.floor_id, p.until);
  end if;

  execute format($read$
    with looked_at as materialized (
      select event.id, event.at, %s as wanted
      from ai.event_log as event
      -- ai_private.is_seen, written out
      where event.id > $7
        and (pg_visible_in_snapshot(event.transaction, $4) or event.transaction >= $5 and event.id <= $6)
        and not (pg_visible_in_snapshot(event.transaction, $1) or event.transaction >= $2 and event.id <= $3)
      order by event.id
      limit $8
    )
    select coalesce(array_agg(l.id) filter (where l.wanted), '{}'), coalesce(array_agg(l.at) filter (where l.wanted), '{}'), max(l.id), count(*)
    from (select * from looked_at order by id) as l$read$, ai_private.topic_condition(topics))
  into ids, times, p.after_id, looked_at
  using p.seen, p.seen_boundary, p.seen_id, p.until, p.until_boundary, p.until_id, p.after_id, most;

  head := format('%s/%s/%s/%s/%s/%s/%s/%s/', here, p.seen, p.seen_boundary, p.seen_id, p.floor_id, p.until, p.until_boundary, p.until_id);
  -- Behind a window that was opened earlier there may be more.
  unfinished := goes_on or looked_at >= most;
  next := case
    when looked_at >= most then head || p.after_id
    else format('%s/%s/%s/%s/%s', here, p.until, p.until_boundary, p.until_id,
      greatest(p.floor_id, ai_private.seen_floor(p.until, p.until_boundary, p.until_id)))
  end;
end
$pg_ai$;
alter function ai_private.read_events(text, text[], integer) owner to ai_owner;
comment on function ai_private.read_events(text, text[], integer) is 'Reads events on from a position';
revoke all on function ai_private.read_events(text, text[], integer) from public;
grant execute on function ai_private.read_events(text, text[], integer) to ai_admin, ai_worker;
