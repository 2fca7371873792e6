-- The tables that an action names, as its snapshot finds them.
create function ai_private.relations_of_action(name text)
returns regclass[]
language sql
stable
set search_path = pg_catalog, pg_temp
as $pg_ai$
  select array(
    select distinct ai_private.find_relation(t.written, m.search_path)::regclass
    from ai.meta_actions m
    cross join lateral ai_private.action_snapshot(name) as s
    cross join lateral (select jsonb_object_keys(s -> 'tables') union select jsonb_object_keys(s -> 'reads')) as t (written)
    where m.action_name = name and ai_private.find_relation(t.written, m.search_path) is not null
    order by 1)
$pg_ai$;
comment on function ai_private.relations_of_action(text) is 'Tables that an action names';
revoke all on function ai_private.relations_of_action(text) from public;
grant execute on function ai_private.relations_of_action(text) to ai_owner;
