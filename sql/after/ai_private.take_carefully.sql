-- Calls a subscription's taker. Where its filter fails on an event, fewer are asked for until that one stands alone: it becomes a dead letter, and the
-- others go on. So does one on which, by itself, the filter has been stopped again and again (ai_private.set_apart): it is not judged any more ("passed_over").
-- "error" tells what else went wrong; then nothing is taken. Nothing is written but that dead letter, so trying costs no transaction ids.
create function ai_private.take_carefully(
  c ai_private.subscription_cursor, most integer, tell boolean,
  out ids bigint[], out times timestamptz[], out queues integer[], out notes text[],
  out last_id bigint, out looked_at integer, out asked_for integer, out error text, out passed_over boolean
)
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $pg_ai$
declare
  taker constant text := format('select * from ai_gen.%I($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)', 'taker:' || c.subscription);
  state text;
  message text;
begin
  asked_for := most;
  passed_over := c.apart = 1 and c.failures >= 8;
  message := c.error;
  while not passed_over loop
    begin
      execute taker into ids, times, queues, notes, last_id, looked_at
      using c.seen, c.seen_boundary, c.seen_id, c.until, c.until_boundary, c.until_id, c.after_id, asked_for, true, tell;
      return;
    exception when others then
      get stacked diagnostics state = returned_sqlstate, message = message_text;
      if state ~ '^(40|53|57|58|XX)' then
        raise;
      end if;
    end;
    exit when asked_for = 1;
    asked_for := asked_for / 2;
  end loop;
  begin
    execute taker into ids, times, queues, notes, last_id, looked_at using c.seen, c.seen_boundary, c.seen_id, c.until, c.until_boundary, c.until_id, c.after_id, 1, false, false;
  exception when others then
    get stacked diagnostics error = message_text;
    return;
  end;
  if cardinality(ids) > 0 then
    insert into ai.dead_letters as d (subscription, event_id, event_at, attempts, error)
    values (c.subscription, ids[1], times[1], 1, 'the filter fails: ' || message)
    on conflict on constraint dead_letters_pkey do update set attempts = d.attempts + 1, error = excluded.error, at = excluded.at;
  end if;
  ids := '{}';
  times := '{}';
  queues := '{}';
  notes := '{}';
end
$pg_ai$;
comment on function ai_private.take_carefully(ai_private.subscription_cursor, integer, boolean) is 'Calls a subscription''s taker, past events on which its filter fails';
revoke all on function ai_private.take_carefully(ai_private.subscription_cursor, integer, boolean) from public;
grant execute on function ai_private.take_carefully(ai_private.subscription_cursor, integer, boolean) to ai_owner;
