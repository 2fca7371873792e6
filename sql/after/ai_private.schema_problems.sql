-- What is wrong with a schema: the words of JSON Schema that variables may use, as [{"path", "reason", "suggestion"?}, …].
create function ai_private.schema_problems(at_path text, schema jsonb)
returns jsonb
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $pg_ai$
declare
  words constant text[] := array['type', 'description', 'default', 'enum', 'minLength', 'maxLength', 'minimum', 'maximum', 'format', 'items', 'properties', 'required'];
  formats constant text[] := array['email', 'uri', 'uuid', 'date', 'date-time'];
  types constant text[] := array['string', 'number', 'integer', 'boolean', 'object', 'array', 'null'];
  problems jsonb := '[]';
  word text;
  value jsonb;
  reason text;
begin
  if coalesce(jsonb_typeof(schema), 'null') <> 'object' then
    return jsonb_build_array(jsonb_build_object('path', at_path, 'reason', 'not an object', 'suggestion', 'write {"type": "string"}'));
  end if;
  for word, value in select e.key, e.value from jsonb_each(schema) as e loop
    reason := case
      when word <> all (words) then 'unknown word'
      when word = 'type' and exists (select from jsonb_path_query(value, '$[*]') as v where coalesce(v #>> '{}', '') <> all (types))
        then format('the types are: %s', array_to_string(types, ', '))
      when word = 'format' and coalesce(value #>> '{}', '') <> all (formats) then format('the formats are: %s', array_to_string(formats, ', '))
      when word in ('minLength', 'maxLength', 'minimum', 'maximum') and jsonb_typeof(value) <> 'number' then 'not a number'
      when word in ('enum', 'required') and jsonb_typeof(value) <> 'array' then 'not an array'
      when word = 'properties' and jsonb_typeof(value) <> 'object' then 'not an object'
    end;
    if reason is not null then
      problems := problems || jsonb_strip_nulls(jsonb_build_object('path', at_path || '.' || word, 'reason', reason,
        'suggestion', case reason when 'unknown word' then format('the words are: %s', array_to_string(words, ', ')) end));
    elsif word = 'items' then
      problems := problems || ai_private.schema_problems(at_path || '.items', value);
    elsif word = 'properties' then
      problems := problems || coalesce((select jsonb_agg(p order by e.key) from jsonb_each(value) as e, ai_private.schema_problems(at_path || '.properties.' || e.key, e.value) as s,
        jsonb_array_elements(s) as p), '[]');
    end if;
  end loop;
  if problems = '[]' and schema ? 'default' and ai_private.value_errors('default', schema, schema -> 'default') <> '[]' then
    problems := jsonb_build_array(jsonb_build_object('path', at_path || '.default', 'reason', 'the default is not what the schema asks for'));
  end if;
  return problems;
end
$pg_ai$;
comment on function ai_private.schema_problems(text, jsonb) is 'What is wrong with the schema of a variable';
revoke all on function ai_private.schema_problems(text, jsonb) from public;
grant execute on function ai_private.schema_problems(text, jsonb) to ai_owner;
