-- After a subscription is written: its function and its cursor are made, or go with it. Runs as ai_owner.
create function ai_private.on_subscription_change()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $pg_ai$
begin
  -- pg_dump restores with function bodies unchecked: then the function and the cursor come with the dump.
  if not current_setting('check_function_bodies')::boolean then
    return null;
  end if;
  if tg_op = 'DELETE' then
    execute format('drop function if exists ai_gen.%I(pg_snapshot, xid8, bigint, pg_snapshot, xid8, bigint, bigint, integer, boolean, boolean)', 'taker:' || old.name);
    -- another one of this name has nothing done
    delete from ai_private.delivery_done d where d.subscription = old.name;
    return null;
  end if;
  if tg_op = 'INSERT' then
    perform ai_private.place_cursor(new.name, new.start_at);
  end if;
  if tg_op = 'INSERT'
    or to_regprocedure(format('ai_gen.%I(pg_snapshot, xid8, bigint, pg_snapshot, xid8, bigint, bigint, integer, boolean, boolean)', 'taker:' || new.name)) is null
    or (new.topics, new.filter, new.ordered, new.delivery) is distinct from (old.topics, old.filter, old.ordered, old.delivery) then
    perform ai_private.write_taker(new);
    update ai_private.subscription_cursor c set retry_at = '-infinity', apart = 0, failures = 0
    where c.subscription = new.name and (c.retry_at > '-infinity' or c.apart > 0);
  end if;
  perform ai_private.ring();
  return null;
end
$pg_ai$;
alter function ai_private.on_subscription_change() owner to ai_owner;
comment on function ai_private.on_subscription_change() is 'Makes what a subscription needs';
revoke all on function ai_private.on_subscription_change() from public;
