-- The schema of what a path like customer.orders[0].total leads to; null where it leads nowhere. An empty schema says that anything may stand there.
create function ai_private.template_type(path text, scope jsonb)
returns jsonb
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $pg_ai$
declare
  step text;
  schema jsonb;
  first boolean := true;
begin
  for step in select m[1] from regexp_matches(path, '([A-Za-z_][A-Za-z0-9_]*|[[][0-9]+[]])', 'g') as m loop
    schema := case
      when first then scope -> step
      when not schema ?| array['type', 'properties'] then schema
      when step like '[%' then (case when schema -> 'type' ? 'array' then coalesce(schema -> 'items', '{}') end)
      when schema -> 'properties' ? step then schema #> array['properties', step]
      when schema -> 'type' ? 'object' and not schema ? 'properties' then '{}'
      when step = 'size' and schema -> 'type' ?| array['array', 'string'] then '{"type": "integer"}'
      when step in ('first', 'last') and schema -> 'type' ? 'array' then coalesce(schema -> 'items', '{}')
    end;
    exit when schema is null;
    first := false;
  end loop;
  return schema;
end
$pg_ai$;
comment on function ai_private.template_type(text, jsonb) is 'The schema of what a path in a template leads to';
revoke all on function ai_private.template_type(text, jsonb) from public;
grant execute on function ai_private.template_type(text, jsonb) to ai_owner;
