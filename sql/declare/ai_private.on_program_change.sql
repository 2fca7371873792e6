-- A hook or a policy takes effect in the statement that writes it: the tables and actions that it is about are compiled again, and what was in force
-- and would not be any more refuses the statement, with every diagnostic. What was wrong before, without that row, is no reason to refuse it (else one
-- broken table would keep everybody from deleting a policy for all tables): it is taken out of force, or stays so.
create function ai_private.on_program_change()
returns trigger
language plpgsql
security invoker
set search_path = pg_catalog, pg_temp
as $pg_ai$
declare
  -- how mistakes of the row that is written are named
  written constant text := case when tg_op <> 'DELETE' then format('(^| )%s %s([^a-z0-9_]|$)', case tg_table_name when 'hooks' then 'hook' else 'policy' end, new.name) end;
  concerned regclass[];
  anywhere boolean := false;
  target oid;
  named text;
  before text;
begin
  -- pg_dump restores with function bodies unchecked: then the functions and the registry come with the dump.
  if not current_setting('check_function_bodies')::boolean then
    return null;
  end if;
  if tg_op <> 'INSERT' then
    concerned := array[old.relation];
    anywhere := old.relation is null and old.action is null;
  end if;
  if tg_op <> 'DELETE' then
    concerned := concerned || new.relation;
    anywhere := anywhere or new.relation is null and new.action is null;
    if new.relation is not null and not exists (select from ai.declaration d where d.relation = new.relation) then
      raise notice '%: % declares no operations yet; this takes effect when it does', new.name, new.relation;
    end if;
    if new.action is not null and not exists (select from ai.meta_actions m where m.action_name = new.action) then
      raise notice '%: there is no action % yet; this takes effect when there is', new.name, new.action;
    end if;
  end if;
  for target, before in
    select d.relation, d.state from ai.declaration d join pg_class c on c.oid = d.relation
    where anywhere or d.relation = any (concerned)
      or tg_table_name = 'hooks' and (ai_private.names_hook(d.relation, old.name) or ai_private.names_hook(d.relation, new.name))
    order by d.relation
  loop
    perform ai_private.take_up(target, null, before, tg_table_name, coalesce(new.name, old.name), written);
  end loop;
  if tg_table_name = 'hooks' then
    for named in select distinct h.name from unnest(array[old.name, new.name]) as h (name) where h.name is not null loop
      perform ai_private.serve_hook(named);
    end loop;
  end if;
  for named, before in
    select a.action_name, a.state from ai.action a
    where a.action_name in (old.action, new.action)
      -- limits for everything
      or anywhere and tg_table_name = 'policies' and 'limit' in (to_jsonb(old) ->> 'kind', to_jsonb(new) ->> 'kind')
    order by a.action_name
  loop
    perform ai_private.take_up(null, named, before, tg_table_name, coalesce(new.name, old.name), written);
  end loop;
  return null;
end
$pg_ai$;
comment on function ai_private.on_program_change() is 'Compiles the tables that a hook or a policy is about';
revoke all on function ai_private.on_program_change() from public;
grant execute on function ai_private.on_program_change() to ai_admin;
