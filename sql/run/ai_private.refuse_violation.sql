-- A broken constraint, told by its fields. "fields" maps constraints to their columns. The SQLSTATE stays PostgreSQL's own.
create function ai_private.refuse_violation(
  table_name text, operation text, fields jsonb, state text, constraint_name text, column_name text, original text
)
returns void
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $pg_ai$
declare
  known constant jsonb := coalesce(fields -> constraint_name, ai_private.partition_constraint(table_name, constraint_name));
  named constant jsonb := case
    when column_name <> '' then jsonb_build_array(column_name)
    else coalesce(known, '[]')
  end;
  error_code constant text := case state
    when '23505' then 'unique' when '23514' then 'check' when '23502' then 'notNull' when '23P01' then 'exclusion' when '23001' then 'referenced'
    when '23503' then case when known is not null then 'foreignKey' else 'referenced' end
    else 'constraint'
  end;
  rule constant jsonb := jsonb_strip_nulls(jsonb_build_object('constraint', nullif(constraint_name, ''), 'fields', named));
  explained jsonb;
begin
  if constraint_name = '' and column_name = '' then
    -- raised by a trigger of the table, in its own words
    raise exception using errcode = state, message = original;
  end if;
  explained := ai_private.with_messages(ai_private.input_error(named ->> 0, error_code, rule || jsonb_build_object(
    'list', (select string_agg(f, ', ') from jsonb_array_elements_text(named) as f))));
  explained := explained #- '{0,rule,list}';
  raise exception using
    errcode = state,
    message = ai_private.message('violation', jsonb_build_object('table', table_name, 'operation', operation, 'message', explained #> '{0,message}')),
    detail = jsonb_build_object('table', table_name, 'operation', operation, 'errors', explained)::text,
    constraint = constraint_name;
end
$pg_ai$;
comment on function ai_private.refuse_violation(text, text, jsonb, text, text, text, text) is 'Raises a broken constraint, told by its fields';
revoke all on function ai_private.refuse_violation(text, text, jsonb, text, text, text, text) from public;
grant execute on function ai_private.refuse_violation(text, text, jsonb, text, text, text, text) to ai_owner, ai_admin, ai_user;
