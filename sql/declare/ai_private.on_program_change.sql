-- A hook or a policy takes effect in the statement that writes it: the tables and actions that it is about are compiled again, and a table that was in force
-- and would not be any more refuses the statement, with every diagnostic.
create function ai_private.on_program_change()
returns trigger
language plpgsql
security invoker
set search_path = pg_catalog, pg_temp
as $pg_ai$
declare
  concerned regclass[];
  anywhere boolean := false;
  target oid;
  named text;
  problems jsonb;
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
  for target in
    select d.relation from ai.declaration d join pg_class c on c.oid = d.relation
    where anywhere or d.relation = any (concerned)
      or tg_table_name = 'hooks' and (ai_private.names_hook(d.relation, old.name) or ai_private.names_hook(d.relation, new.name))
    order by d.relation
  loop
    select ai_private.declare_table(target) into problems;
    if ai_private.has_errors(problems) then
      perform ai_private.refuse_declaration(target, problems);
    end if;
    perform ai_private.warn(problems);
  end loop;
  if tg_table_name = 'hooks' then
    for named in select distinct h.name from unnest(array[old.name, new.name]) as h (name) where h.name is not null loop
      perform ai_private.serve_hook(named);
    end loop;
  end if;
  for named in
    select a.action_name from ai.action a
    where a.action_name in (old.action, new.action)
      -- limits for everything
      or anywhere and tg_table_name = 'policies' and 'limit' in (to_jsonb(old) ->> 'kind', to_jsonb(new) ->> 'kind')
    order by a.action_name
  loop
    select ai_private.declare_action(named) into problems;
    if ai_private.has_errors(problems) then
      perform ai_private.refuse_program('action', named, problems);
    end if;
    perform ai_private.warn(problems);
  end loop;
  return null;
end
$pg_ai$;
comment on function ai_private.on_program_change() is 'Compiles the tables that a hook or a policy is about';
revoke all on function ai_private.on_program_change() from public;
grant execute on function ai_private.on_program_change() to ai_admin;
