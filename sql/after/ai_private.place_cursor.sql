-- Puts a subscription's cursor where it is to begin: 'now', 'beginning' or the id of the first event. Runs as ai_owner.
create function ai_private.place_cursor(subscription_name text, start_at text)
returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $pg_ai$
declare
  snapshot pg_snapshot := '1:1:';
  boundary xid8 := '1';
  last_id bigint := case when start_at ~ '^[0-9]+$' then greatest(start_at::bigint - 1, 0) else 0 end;
begin
  if start_at = 'now' then
    select m.boundary, m.id into boundary, last_id from ai_private.leave_mark() as m;
    select ai_private.snapshot_without_me() into snapshot;
  end if;
  insert into ai_private.subscription_cursor as c (subscription, cluster, seen, seen_boundary, seen_id, after_id, floor_id)
  values (subscription_name, (select s.system_identifier::text from pg_control_system() as s), snapshot, boundary, last_id, last_id,
    ai_private.seen_floor(snapshot, boundary, last_id))
  on conflict (subscription) do update set
    cluster = excluded.cluster, seen = excluded.seen, seen_boundary = excluded.seen_boundary, seen_id = excluded.seen_id, until = null, until_boundary = null,
    until_id = null, after_id = excluded.after_id, floor_id = excluded.floor_id, error = null, failures = 0, retry_at = '-infinity';
end
$pg_ai$;
comment on function ai_private.place_cursor(text, text) is 'Puts a subscription''s cursor where it is to begin';
revoke all on function ai_private.place_cursor(text, text) from public;
grant execute on function ai_private.place_cursor(text, text) to ai_owner;
