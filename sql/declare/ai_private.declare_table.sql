-- From a table's comment to functions in three steps, all in the transaction of the change:
--   prepare   (as ai_owner)      reads the catalog and compiles; the result waits in ai_private.prepared
--   grant     (as the declarer)  gives ai_owner what the operations need
--   apply     (as ai_owner)      puts it in force
-- prepare and apply take nothing but a table, and do what its comments say: whoever calls them gains nothing, so event triggers may call them
-- for whoever changes the table.
-- What a table runs (its triggers, CHECKs, defaults, policies), its operations run as ai_owner. So its owner must be trusted with that: only tables
-- that belong to members of ai_admin come into force, whoever issues the comment.
-- Compiles one table as whoever calls it, and refuses a wrong declaration with all that is wrong.
create function ai_private.declare_table(target oid, anyway boolean default false)
returns jsonb
language plpgsql
volatile
security invoker
set search_path = pg_catalog, pg_temp
as $pg_ai$
declare
  outcome text;
  problems jsonb := '[]';
begin
  select ai_private.prepare(target, anyway) into outcome;
  if outcome = 'prepared' then
    perform ai_private.grant_missing(target);
    problems := ai_private.apply_prepared(target);
  end if;
  -- What is wrong may yet be refused: then nothing becomes of the actions (ai_private.recompile_quietly does it where it is not).
  if not ai_private.has_errors(problems) then
    perform ai_private.recompile_action_quietly(a) from ai_private.actions_of_table(target) as a;
  end if;
  return problems;
end
$pg_ai$;
comment on function ai_private.declare_table(oid, boolean) is 'Prepares, grants and applies a table''s declaration';
-- Executable by everybody: event triggers do what they do as whoever issues the DDL.
grant execute on function ai_private.declare_table(oid, boolean) to public;
