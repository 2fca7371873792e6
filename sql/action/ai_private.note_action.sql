-- The row of the history for what became of an action. It holds the whole of ai.meta_actions' row with the action's hooks and policies, so that they can be
-- put back: ai.restore_action.
create function ai_private.note_action(name text, print text, new_state text, problems jsonb)
returns void
language sql
volatile
set search_path = pg_catalog, pg_temp
as $pg_ai$
  insert into ai.revision (kind, qualified_name, fingerprint, state, declaration, problems, instead_of, reason)
  select 'action', name, print, new_state,
    ai_private.action_source(name), problems,
    w.instead_of, w.reason
  from (select) as one
  -- what was rolled back and had to wait for a compiler is still that
  left join (
    select r.state, r.instead_of, r.reason from ai.revision r where r.kind = 'action' and r.qualified_name = name order by r.revision desc limit 1
  ) as w on w.state = 'pending' and new_state = 'ready'
$pg_ai$;
comment on function ai_private.note_action(text, text, text, jsonb) is 'Writes the history of an action';
revoke all on function ai_private.note_action(text, text, text, jsonb) from public;
grant execute on function ai_private.note_action(text, text, text, jsonb) to ai_owner;
