-- Who registers is recorded, not said.
create function ai_private.before_action_change()
returns trigger
language plpgsql
security invoker
set search_path = pg_catalog, pg_temp
as $pg_ai$
begin
  -- pg_dump restores with function bodies unchecked: then rows come as they were
  if current_setting('check_function_bodies')::boolean then
    new.registered_by := current_user;
    new.changed_at := clock_timestamp();
  end if;
  return new;
end
$pg_ai$;
comment on function ai_private.before_action_change() is 'Records who registers an action';
revoke all on function ai_private.before_action_change() from public;
grant execute on function ai_private.before_action_change() to ai_admin;
