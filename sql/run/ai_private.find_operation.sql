-- The slow way to an operation: any spelling of the name, and a reason when there is none. "path" is the caller's search_path.
create function ai_private.find_operation(operation_name text, table_name text, path name[])
returns integer
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $pg_ai$
declare
  found_name text;
  wanted ai.operation;
  known text;
  problem text;
  callable regprocedure;
  counted jsonb;
begin
  if table_name is null or operation_name is null then
    raise exception using errcode = 'PI101', message = ai_private.message('PI101.null', '{}'), hint = ai_private.message('PI101.null.hint', '{}');
  end if;
  found_name := ai_private.table_by_name(table_name, path);
  select o.* into wanted from ai.operation o where o.qualified_name = found_name and o.operation = operation_name;
  if wanted.state = 'ready' then
    callable := to_regprocedure(format('ai_gen.%I(jsonb, jsonb)', wanted.function_name));
    if callable is null then
      raise exception using errcode = '40001', message = 'the operation has been declared anew or withdrawn since this transaction began',
        hint = 'Repeat the transaction.';
    elsif has_function_privilege(callable, 'EXECUTE') then
      return wanted.dispatch;
    end if;
    counted := ai_private.count_error(found_name, operation_name, null, '42501');
    raise exception using
      errcode = '42501',
      message = ai_private.message('PI006', jsonb_build_object('table', found_name, 'operation', operation_name, 'role', current_user)),
      detail = jsonb_build_object('table', found_name, 'operation', operation_name, 'role', current_user, 'roles', to_jsonb(wanted.roles))::text,
      hint = ai_private.message('PI006.hint', jsonb_build_object('roles', to_jsonb(wanted.roles)));
  end if;
  select string_agg(o.operation, ', ' order by o.operation) into known from ai.operation o where o.qualified_name = found_name;
  problem := case
    when wanted.state = 'pending' then 'PI002'
    when wanted.state = 'inconsistent' then 'PI003'
    -- declared, but never compiled yet: nobody knows which operations it will have
    when known is null and exists (select from ai.declaration d where d.qualified_name = found_name and d.state = 'pending') then 'PI002'
    when known is null and exists (select from ai.declaration d where d.qualified_name = found_name and d.state = 'inconsistent') then 'PI003'
    when known is null then 'PI101.table'
    else 'PI101'
  end;
  counted := ai_private.count_error(found_name, operation_name, null, left(problem, 5));
  raise exception using
    errcode = left(problem, 5),
    message = ai_private.message(problem, jsonb_build_object('table', found_name, 'operation', operation_name)),
    detail = jsonb_build_object('table', found_name, 'operation', operation_name, 'operations', to_jsonb(string_to_array(known, ', ')))::text,
    hint = ai_private.message(problem || '.hint', jsonb_build_object('table', found_name, 'known', known));
end
$pg_ai$;
comment on function ai_private.find_operation(text, text, name[]) is 'Number of an operation by any spelling of its table, or the reason why there is none';
revoke all on function ai_private.find_operation(text, text, name[]) from public;
grant execute on function ai_private.find_operation(text, text, name[]) to ai_owner, ai_admin, ai_worker, ai_user;
