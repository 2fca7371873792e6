-- Puts a subscription's cursor where it is to begin: 'now', 'beginning' or the id of the first event. Runs as ai_owner.
create function ai_private.place_cursor(subscription_name text, start_at text)
returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $pg_ai$
declare
  snapshot pg_snapshot := '1:1:';
  last_id bigint := case when start_at ~ '^[0-9]+$' then greatest(start_at::bigint - 1, 0) else 0 end;
  floor bigint := last_id;
begin
  if start_at = 'now' then
    -- In this order. Under a snapshot that is older than this statement the id would be too high, and events would be taken for seen.
    if current_setting('transaction_isolation') in ('read committed', 'read uncommitted') then
      last_id := ai_private.last_event_id();
    end if;
    select ai_private.snapshot_without_me() into snapshot;
    floor := least(last_id, ai_private.event_floor(pg_snapshot_xmin(snapshot)));
  end if;
  insert into ai_private.subscription_cursor as c (subscription, cluster, seen, seen_id, after_id, floor_id)
  values (subscription_name, (select s.system_identifier::text from pg_control_system() as s), snapshot, last_id, last_id, floor)
  on conflict (subscription) do update set
    cluster = excluded.cluster, seen = excluded.seen, seen_id = excluded.seen_id, until = null, until_id = null, after_id = excluded.after_id,
    floor_id = excluded.floor_id, error = null, failures = 0, retry_at = '-infinity';
end
$pg_ai$;
comment on function ai_private.place_cursor(text, text) is 'Puts a subscription''s cursor where it is to begin';
revoke all on function ai_private.place_cursor(text, text) from public;
grant execute on function ai_private.place_cursor(text, text) to ai_owner;
