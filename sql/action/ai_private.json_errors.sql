-- What is wrong with a JSON value by a schema, as errors of inputs with their paths (items[0].sku). Reached only where no compiled check has vouched for
-- the value. It knows the words that the compiler lets through, and formats by their pattern ("x-pattern").
create function ai_private.json_errors(judged jsonb, schema jsonb, path text)
returns jsonb
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $pg_ai$
declare
  kind constant text := jsonb_typeof(judged);
  types constant text[] := case jsonb_typeof(schema -> 'type') when 'array' then array(select jsonb_array_elements_text(schema -> 'type')) when 'string' then array[schema ->> 'type'] end;
  content constant text := judged #>> '{}';
  field constant text := nullif(path, '');
  errors jsonb := '[]';
  word text;
  number numeric;
  part record;
begin
  if judged is null then
    return errors;
  end if;
  if types is not null and not (kind = any (types) or kind = 'number' and 'integer' = any (types) and content::numeric % 1 = 0) then
    if kind = 'null' then
      return ai_private.input_error(field, 'notNull', '{"null":false}');
    end if;
    return ai_private.input_error(field, 'type', jsonb_build_object('type', to_jsonb(types), 'given', kind));
  end if;
  if kind = 'null' then
    return errors;
  end if;
  if schema ? 'enum' and not schema -> 'enum' @> jsonb_build_array(judged) then
    errors := errors || ai_private.input_error(field, 'enum', jsonb_build_object('enum', schema -> 'enum'));
  end if;
  if schema ? 'const' and schema -> 'const' <> judged then
    errors := errors || ai_private.input_error(field, 'const', jsonb_build_object('const', schema -> 'const'));
  end if;
  case kind
    when 'string' then
      if char_length(content) < (schema ->> 'minLength')::integer then
        errors := errors || ai_private.input_error(field, 'minLength', jsonb_build_object('minLength', schema -> 'minLength'));
      end if;
      if char_length(content) > (schema ->> 'maxLength')::integer then
        errors := errors || ai_private.input_error(field, 'maxLength', jsonb_build_object('maxLength', schema -> 'maxLength'));
      end if;
      if content !~ (schema ->> 'x-pattern') then
        errors := errors || ai_private.input_error(field, 'format', jsonb_build_object('format', schema -> 'format'));
      end if;
      if content !~ (schema ->> 'pattern') then
        errors := errors || ai_private.input_error(field, 'pattern', jsonb_build_object('pattern', schema -> 'pattern'));
      end if;
    when 'number' then
      number := content::numeric;
      foreach word in array array['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'multipleOf'] loop
        if (case word
          when 'minimum' then number < (schema ->> word)::numeric
          when 'maximum' then number > (schema ->> word)::numeric
          when 'exclusiveMinimum' then number <= (schema ->> word)::numeric
          when 'exclusiveMaximum' then number >= (schema ->> word)::numeric
          else number % (schema ->> word)::numeric <> 0
        end) then
          errors := errors || ai_private.input_error(field, word, jsonb_build_object(word, schema -> word));
        end if;
      end loop;
    when 'array' then
      if jsonb_array_length(judged) < (schema ->> 'minItems')::integer then
        errors := errors || ai_private.input_error(field, 'minItems', jsonb_build_object('minItems', schema -> 'minItems'));
      end if;
      if jsonb_array_length(judged) > (schema ->> 'maxItems')::integer then
        errors := errors || ai_private.input_error(field, 'maxItems', jsonb_build_object('maxItems', schema -> 'maxItems'));
      end if;
      if schema -> 'uniqueItems' = 'true' and (select count(*) > count(distinct e.value) from jsonb_array_elements(judged) as e) then
        errors := errors || ai_private.input_error(field, 'uniqueItems', '{"uniqueItems":true}');
      end if;
      if schema ? 'items' then
        for part in select e.value, e.position from jsonb_array_elements(judged) with ordinality as e (value, position) order by e.position loop
          errors := errors || ai_private.json_errors(part.value, schema -> 'items', format('%s[%s]', path, part.position - 1));
        end loop;
      end if;
    when 'object' then
      for part in select r.name from jsonb_array_elements_text(schema -> 'required') as r (name) where not judged ? r.name loop
        errors := errors || ai_private.input_error(concat_ws('.', field, part.name), 'required', '{"required":true}');
      end loop;
      if schema -> 'additionalProperties' = 'false' then
        for part in select k from jsonb_object_keys(judged) as k where not coalesce(schema -> 'properties', '{}') ? k order by k loop
          errors := errors || ai_private.input_error(concat_ws('.', field, part.k), 'additionalProperties',
            jsonb_build_object('properties', array(select jsonb_object_keys(schema -> 'properties'))));
        end loop;
      end if;
      for part in select p.key, p.value from jsonb_each(schema -> 'properties') as p where judged ? p.key loop
        errors := errors || ai_private.json_errors(judged -> part.key, part.value, concat_ws('.', field, part.key));
      end loop;
    else
      null;
  end case;
  return errors;
end
$pg_ai$;
comment on function ai_private.json_errors(jsonb, jsonb, text) is 'What is wrong with a JSON value by a schema';
revoke all on function ai_private.json_errors(jsonb, jsonb, text) from public;
grant execute on function ai_private.json_errors(jsonb, jsonb, text) to ai_owner, ai_admin, ai_user;
