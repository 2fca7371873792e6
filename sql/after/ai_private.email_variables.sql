-- The variables of a mail with defaults filled in (values), and what is wrong with them (errors, as inputs' errors are).
create function ai_private.email_variables(declared jsonb, given jsonb)
returns table (filled jsonb, errors jsonb)
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $pg_ai$
#variable_conflict use_column
declare
  wrong jsonb := '[]';
  name text;
  schema jsonb;
begin
  if coalesce(jsonb_typeof(given), 'null') <> 'object' then
    return query select '{}'::jsonb, ai_private.input_error('variables', 'type', '{"type": "object"}');
    return;
  end if;
  filled := given;
  for name in select k from jsonb_object_keys(given) as k where not declared ? k order by k loop
    wrong := wrong || ai_private.input_error(name, 'additionalProperties', jsonb_build_object('properties', (select coalesce(jsonb_agg(k order by k), '[]') from jsonb_object_keys(declared) as k)));
  end loop;
  for name, schema in select d.key, d.value from jsonb_each(declared) as d order by d.key loop
    if given ? name then
      wrong := wrong || ai_private.value_errors(name, schema, given -> name);
    elsif schema ? 'default' then
      filled := filled || jsonb_build_object(name, schema -> 'default');
    else
      wrong := wrong || ai_private.input_error(name, 'required');
    end if;
  end loop;
  errors := wrong;
  return next;
end
$pg_ai$;
alter function ai_private.email_variables(jsonb, jsonb) owner to ai_owner;
comment on function ai_private.email_variables(jsonb, jsonb) is 'The variables of a mail with their defaults, and what is wrong with them';
revoke all on function ai_private.email_variables(jsonb, jsonb) from public;
grant execute on function ai_private.email_variables(jsonb, jsonb) to ai_owner, ai_worker;
