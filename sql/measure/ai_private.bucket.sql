-- Of which bucket a time is: n for up to 2^(n/4) microseconds. Without a SET clause, so that it becomes part of the statement that asks: gathering asks
-- for each call. Names and operators are therefore written out.
create function ai_private.bucket(elapsed_us bigint)
returns smallint
language sql
immutable
as $pg_ai$
  select coalesce(pg_catalog.ceil(pg_catalog.ln(greatest(elapsed_us, 1)::pg_catalog.float8) operator(pg_catalog./) 0.17328679513998632::pg_catalog.float8), -1)::pg_catalog.int2
$pg_ai$;
comment on function ai_private.bucket(bigint) is 'The bucket of a latency';
revoke all on function ai_private.bucket(bigint) from public;
grant execute on function ai_private.bucket(bigint) to ai_owner;
