-- The slow way to an action's number, or the reason why there is none.
create function ai_private.find_action(name text)
returns integer
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $pg_ai$
declare
  wanted record;
  callable regprocedure;
  problem text;
  counted jsonb;
begin
  select a.dispatch, a.state, a.function_name, a.roles into wanted from ai.action a where a.action_name = name;
  if wanted.state = 'ready' then
    callable := to_regprocedure(format('ai_gen.%I(jsonb, jsonb)', wanted.function_name));
    if callable is null then
      raise exception using errcode = '40001', message = 'the action has been registered anew or withdrawn since this transaction began',
        hint = 'Repeat the transaction.';
    elsif has_function_privilege(callable, 'EXECUTE') then
      return wanted.dispatch;
    end if;
    counted := ai_private.count_error(null, null, name, '42501');
    raise exception using
      errcode = '42501',
      message = ai_private.message('PI006.action', jsonb_build_object('action', name, 'role', current_user)),
      detail = jsonb_build_object('action', name, 'role', current_user, 'roles', to_jsonb(wanted.roles))::text,
      hint = ai_private.message('PI006.action.hint', jsonb_build_object('roles', to_jsonb(wanted.roles)));
  end if;
  problem := case wanted.state when 'pending' then 'PI002.action' when 'inconsistent' then 'PI003.action' when 'disabled' then 'PI003.disabled' else 'PI101.action' end;
  counted := ai_private.count_error(null, null, name, left(problem, 5));
  raise exception using
    errcode = left(problem, 5),
    message = ai_private.message(problem, jsonb_build_object('action', name)),
    detail = jsonb_build_object('action', name, 'state', wanted.state)::text,
    hint = ai_private.message(problem || '.hint', jsonb_build_object('action', name));
end
$pg_ai$;
comment on function ai_private.find_action(text) is 'Number of an action, or the reason why there is none';
revoke all on function ai_private.find_action(text) from public;
grant execute on function ai_private.find_action(text) to ai_owner, ai_admin, ai_worker, ai_user;
