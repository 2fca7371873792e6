-- What filters are judged on, as SQL: events, with their row as the columns "row" (as it is now) and "old" (as it was, of a delete).
create function ai_private.event_source(source text)
returns text
language sql
immutable
set search_path = pg_catalog, pg_temp
as $pg_ai$
  select format($$(select l.*, case when l.operation <> 'delete' then l.payload end as "row", case when l.operation = 'delete' then l.payload end as "old" from %s as l)$$, source)
$pg_ai$;
comment on function ai_private.event_source(text) is 'What filters are judged on, as SQL';
revoke all on function ai_private.event_source(text) from public;
grant execute on function ai_private.event_source(text) to ai_owner;
