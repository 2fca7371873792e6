-- Writes the hooks and policies of a table, or of an action, as a revision had them. Nothing is compiled by it: that comes when all is written.
create function ai_private.write_program(target oid, action_name text, source jsonb)
returns void
language plpgsql
volatile
security invoker
set search_path = pg_catalog, pg_temp
-- what makes each row take effect by itself looks at this
set check_function_bodies = off
as $pg_ai$
declare
  -- of the one or the other: what a row is about is no part of what was kept of it
  about constant jsonb := jsonb_build_object('relation', target::text, 'action', action_name);
  kept_hooks constant jsonb := coalesce(source -> 'hooks', '{}');
  kept_policies constant jsonb := coalesce(source -> 'policies', '{}');
  other record;
begin
  -- A row that is about something else by now is not taken from there: what it guards there would be without it.
  select x.kind, x.name, coalesce(x.relation::text, 'the action ' || to_json(x.action)::text, 'every table') as about into other
  from (
    select 'hook' as kind, h.name, h.relation, h.action from ai.hooks h where kept_hooks ? h.name
    union all
    select 'policy', p.name, p.relation, p.action from ai.policies p where kept_policies ? p.name
  ) as x
  where (x.relation = target or x.action = write_program.action_name) is not true
  order by x.kind, x.name
  limit 1;
  if found then
    perform ai_private.refuse_program(other.kind, other.name, jsonb_build_array(jsonb_build_object('severity', 'error', 'path', format('%s %s', other.kind, other.name),
      'reason', format('it would come back, and by now there is one of that name about %s', other.about), 'suggestion', 'delete that one, or give it another name, first')));
  end if;
  delete from ai.hooks h
  where (h.relation = target or h.action = write_program.action_name) and not kept_hooks ? h.name;
  insert into ai.hooks
  select r.* from jsonb_each(kept_hooks) as e
  cross join lateral jsonb_populate_record(null::ai.hooks, e.value || about || jsonb_build_object('name', e.key, 'changed_at', clock_timestamp())) as r
  where not exists (
    select from ai.hooks h
    where h.name = e.key and (h.relation = target or h.action = write_program.action_name)
      and to_jsonb(h) - '{name,relation,action,changed_at}'::text[] = e.value - '{relation,action}'::text[])
  on conflict on constraint hooks_pkey do update
  set relation = excluded.relation, operation = excluded.operation, action = excluded.action, phase = excluded.phase, position = excluded.position,
      enabled = excluded.enabled, condition = excluded.condition, function = excluded.function, code = excluded.code, language = excluded.language,
      settings = excluded.settings, description = excluded.description, changed_at = excluded.changed_at;
  delete from ai.policies p
  where (p.relation = target or p.action = write_program.action_name) and not kept_policies ? p.name;
  insert into ai.policies
  select r.* from jsonb_each(kept_policies) as e
  cross join lateral jsonb_populate_record(null::ai.policies, e.value || about || jsonb_build_object('name', e.key, 'changed_at', clock_timestamp())) as r
  where not exists (
    select from ai.policies p
    where p.name = e.key and (p.relation = target or p.action = write_program.action_name)
      and to_jsonb(p) - '{name,relation,action,changed_at}'::text[] = e.value - '{relation,action}'::text[])
  on conflict on constraint policies_pkey do update
  set relation = excluded.relation, operation = excluded.operation, action = excluded.action, kind = excluded.kind, position = excluded.position,
      enabled = excluded.enabled, definition = excluded.definition, description = excluded.description, changed_at = excluded.changed_at;
end
$pg_ai$;
comment on function ai_private.write_program(oid, text, jsonb) is 'Writes hooks and policies as a revision had them';
revoke all on function ai_private.write_program(oid, text, jsonb) from public;
grant execute on function ai_private.write_program(oid, text, jsonb) to ai_owner, ai_admin;
