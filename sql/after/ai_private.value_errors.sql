-- What is wrong with a value, by the words of its schema, as the errors of inputs are: [{"field", "code", "rule"}, …].
create function ai_private.value_errors(field text, schema jsonb, given jsonb)
returns jsonb
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $pg_ai$
declare
  kind constant text := coalesce(jsonb_typeof(given), 'null');
  plain constant text := given #>> '{}';
  errors jsonb := '[]';
  code text;
  part text;
  part_schema jsonb;
  i integer;
begin
  if schema ? 'type' and not schema -> 'type' ? kind and not (kind = 'number' and schema -> 'type' ? 'integer' and plain::numeric = trunc(plain::numeric)) then
    return ai_private.input_error(field, 'type', jsonb_build_object('type', schema -> 'type'));
  end if;
  foreach code in array array['enum', 'minLength', 'maxLength', 'minimum', 'maximum', 'format'] loop
    if schema ? code and (case code
      when 'enum' then not schema -> 'enum' @> given
      when 'minLength' then kind = 'string' and length(plain) < (schema ->> 'minLength')::numeric
      when 'maxLength' then kind = 'string' and length(plain) > (schema ->> 'maxLength')::numeric
      when 'minimum' then kind = 'number' and plain::numeric < (schema ->> 'minimum')::numeric
      when 'maximum' then kind = 'number' and plain::numeric > (schema ->> 'maximum')::numeric
      when 'format' then kind = 'string' and plain !~ case schema ->> 'format'
        when 'email' then '^[^[:space:]@,;:<>()"]+@[^[:space:]@,;:<>()"]+$'
        -- what a reader may click on
        when 'uri' then '^(https?://[^[:space:]/"<>]|mailto:[^[:space:]"<>])[^[:space:]"<>]*$'
        when 'uuid' then '^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$'
        when 'date' then '^[0-9]{4}-[0-9]{2}-[0-9]{2}$'
        when 'date-time' then '^[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}'
        else '' end
      end)
    then
      errors := errors || ai_private.input_error(field, code, jsonb_build_object(code, schema -> code));
    end if;
  end loop;
  if kind = 'object' then
    for part in select r from jsonb_array_elements_text(coalesce(schema -> 'required', '[]')) as r where not given ? r loop
      errors := errors || ai_private.input_error(field || '.' || part, 'required');
    end loop;
    for part, part_schema in select p.key, p.value from jsonb_each(coalesce(schema -> 'properties', '{}')) as p where given ? p.key loop
      errors := errors || ai_private.value_errors(field || '.' || part, part_schema, given -> part);
    end loop;
  elsif kind = 'array' and schema ? 'items' then
    for i in 0 .. jsonb_array_length(given) - 1 loop
      errors := errors || ai_private.value_errors(format('%s[%s]', field, i), schema -> 'items', given -> i);
    end loop;
  end if;
  return errors;
end
$pg_ai$;
comment on function ai_private.value_errors(text, jsonb, jsonb) is 'What is wrong with a value, by the words of its schema';
revoke all on function ai_private.value_errors(text, jsonb, jsonb) from public;
grant execute on function ai_private.value_errors(text, jsonb, jsonb) to ai_owner;
