-- The life of one row, oldest first: who did what, and which fields changed. row_key: the primary key as JSON, {"id": 7}.
-- Protected fields were never recorded. Callable by ai_admin.
create function ai.history(table_name text, row_key jsonb)
returns table (at timestamptz, operation text, actor text, changes jsonb, audit_id bigint)
language plpgsql
stable
security invoker
as $pg_ai$
begin
  return query
  select h.at, h.operation, h.actor, h.changes, h.audit_id
  from ai_private.history(table_name, row_key, pg_catalog.current_schemas(true)) as h;
end
$pg_ai$;
comment on function ai.history(text, jsonb) is 'What happened to one row, oldest first';
revoke all on function ai.history(text, jsonb) from public;
grant execute on function ai.history(text, jsonb) to ai_admin;
