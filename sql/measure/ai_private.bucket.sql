-- Of which bucket a time is: n for up to 2^(n/4) microseconds.
create function ai_private.bucket(elapsed_us bigint)
returns smallint
language sql
immutable
set search_path = pg_catalog, pg_temp
as $pg_ai$
  select coalesce(ceil(4 * ln(greatest(elapsed_us, 1)::float8) / ln(2::float8)), -1)::smallint
$pg_ai$;
comment on function ai_private.bucket(bigint) is 'The bucket of a latency';
revoke all on function ai_private.bucket(bigint) from public;
grant execute on function ai_private.bucket(bigint) to ai_owner;
