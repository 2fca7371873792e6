-- A label's value as Prometheus reads it.
create function ai_private.prometheus_label(value text)
returns text
language sql
immutable
set search_path = pg_catalog, pg_temp
as $pg_ai$
  select replace(replace(replace(value, E'\\', E'\\\\'), '"', E'\\"'), E'\n', E'\\n')
$pg_ai$;
comment on function ai_private.prometheus_label(text) is 'A label''s value as Prometheus reads it';
revoke all on function ai_private.prometheus_label(text) from public;
grant execute on function ai_private.prometheus_label(text) to ai_owner;
