create function ai_private.sqlstate_text(number bigint)
returns text
language sql
immutable
set search_path = pg_catalog, pg_temp
as $pg_ai$
  select string_agg(substr('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ', (number / (36 ^ (5 - n))::bigint % 36)::integer + 1, 1), '' order by n) from generate_series(1, 5) as n
$pg_ai$;
comment on function ai_private.sqlstate_text(bigint) is 'The SQLSTATE behind a number';
revoke all on function ai_private.sqlstate_text(bigint) from public;
grant execute on function ai_private.sqlstate_text(bigint) to ai_owner;
