create function ai_private.warn(problems jsonb)
returns void
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $pg_ai$
declare
  p jsonb;
begin
  for p in select x from jsonb_array_elements(problems) as x where x ->> 'severity' = 'warning' loop
    raise notice '%: %', p ->> 'path', (p ->> 'reason') || coalesce('; ' || (p ->> 'suggestion'), '');
  end loop;
end
$pg_ai$;
comment on function ai_private.warn(jsonb) is 'Shows warnings about a declaration';
-- Executable by everybody: event triggers do what they do as whoever issues the DDL.
grant execute on function ai_private.warn(jsonb) to public;
