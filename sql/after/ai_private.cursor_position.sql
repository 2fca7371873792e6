-- A cursor as a position in text: see ai_private.parse_position.
create function ai_private.cursor_position(c ai_private.subscription_cursor)
returns text
language sql
stable
set search_path = pg_catalog, pg_temp
as $pg_ai$
  select concat_ws('/', c.cluster, c.seen, c.seen_boundary, c.seen_id, c.floor_id, c.until, c.until_boundary, c.until_id, case when c.until is not null then c.after_id end)
$pg_ai$;
comment on function ai_private.cursor_position(ai_private.subscription_cursor) is 'A cursor as a position in text';
revoke all on function ai_private.cursor_position(ai_private.subscription_cursor) from public;
grant execute on function ai_private.cursor_position(ai_private.subscription_cursor) to ai_owner;
