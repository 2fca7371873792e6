-- An action that is not in force: its function refuses, and says why.
create function ai_private.mark_action(name text, print text, new_state text, problems jsonb)
returns void
language plpgsql
volatile
security invoker
set search_path = pg_catalog, pg_temp
as $pg_ai$
declare
  known ai.action;
begin
  select a.* into known from ai.action a where a.action_name = name;
  if known.fingerprint is not distinct from print and known.state = new_state and known.problems = mark_action.problems then
    return;
  end if;
  perform ai_private.settle_errors();
  insert into ai.action (action_name, state, fingerprint, problems, relations, calls, changed_at)
  values (name, new_state, print, mark_action.problems, ai_private.relations_of_action(name), ai_private.calls_of_action(name), clock_timestamp())
  on conflict (action_name) do update
  -- What it was about stays: a table that is gone may come back.
  set state = excluded.state, fingerprint = excluded.fingerprint, problems = excluded.problems, changed_at = excluded.changed_at, calls = excluded.calls,
      relations = array(select distinct r from unnest(action.relations || excluded.relations) as r);
  perform ai_private.note_action(name, print, new_state, mark_action.problems);
  if known.function_name is not null then
    execute format(
      'create or replace function ai_gen.%I(inputs jsonb, options jsonb default ''{}'') returns jsonb language plpgsql volatile security invoker set search_path = pg_catalog, pg_temp as %L',
      known.function_name,
      format(E'\n-- Not in force: %s.\nbegin\n  perform ai_private.find_action(%L);\n  return null;\nend\n', new_state, name));
  end if;
end
$pg_ai$;
comment on function ai_private.mark_action(text, text, text, jsonb) is 'Takes an action out of force';
revoke all on function ai_private.mark_action(text, text, text, jsonb) from public;
grant execute on function ai_private.mark_action(text, text, text, jsonb) to ai_owner;
