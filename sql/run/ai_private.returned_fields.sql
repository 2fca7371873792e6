-- The fields of a row that an operation returns, by its output schema.
create function ai_private.returned_fields(whole_row jsonb, output_schema jsonb)
returns jsonb
language sql
stable
set search_path = pg_catalog, pg_temp
as $pg_ai$
  select case when whole_row is not null then coalesce((
    select jsonb_object_agg(f.key, case when output_schema #> array['properties', f.key] ? 'x-mask'
      then ai_private.masked(f.value, output_schema #> array['properties', f.key, 'x-mask']) else f.value end) from jsonb_each(whole_row) as f where output_schema -> 'properties' ? f.key), '{}') end
$pg_ai$;
comment on function ai_private.returned_fields(jsonb, jsonb) is 'Fields of a row that an operation returns';
revoke all on function ai_private.returned_fields(jsonb, jsonb) from public;
grant execute on function ai_private.returned_fields(jsonb, jsonb) to ai_owner;
