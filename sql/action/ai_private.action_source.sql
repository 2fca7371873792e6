-- What an action is compiled from, as people have written it: its row of ai.meta_actions, and under "hooks" and "policies" its own rows there, where it has
-- any. Null where there is no such action.
create function ai_private.action_source(name text)
returns jsonb
language sql
stable
security invoker
set search_path = pg_catalog, pg_temp
as $pg_ai$
  select to_jsonb(m) - '{action_name,registered_by,changed_at}'::text[]
    || coalesce((
      select jsonb_build_object('hooks', jsonb_object_agg(h.name, to_jsonb(h) - '{name,action,changed_at}'::text[]))
      from ai.hooks h where h.action = m.action_name having count(*) > 0), '{}')
    || coalesce((
      select jsonb_build_object('policies', jsonb_object_agg(p.name, to_jsonb(p) - '{name,action,changed_at}'::text[]))
      from ai.policies p where p.action = m.action_name having count(*) > 0), '{}')
  from ai.meta_actions m
  where m.action_name = action_source.name
$pg_ai$;
comment on function ai_private.action_source(text) is 'What an action is compiled from';
revoke all on function ai_private.action_source(text) from public;
grant execute on function ai_private.action_source(text) to ai_owner, ai_admin;
