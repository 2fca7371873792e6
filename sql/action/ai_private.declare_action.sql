-- From a row of ai.meta_actions to functions, in the transaction of the change: prepare (as ai_owner), grant (as whoever is there), apply (as ai_owner).
-- See ai_private.declare_table. It does what the row says and nothing else, so whoever calls it gains nothing.
create function ai_private.declare_action(name text, anyway boolean default false)
returns jsonb
language plpgsql
volatile
security invoker
set search_path = pg_catalog, pg_temp
as $pg_ai$
declare
  outcome text;
begin
  select ai_private.prepare_action(name, anyway) into outcome;
  if outcome <> 'prepared' then
    return '[]';
  end if;
  perform ai_private.grant_missing_action(name);
  return ai_private.apply_action(name);
end
$pg_ai$;
comment on function ai_private.declare_action(text, boolean) is 'Prepares, grants and applies an action';
-- Executable by everybody: event triggers do what they do as whoever issues the DDL.
grant execute on function ai_private.declare_action(text, boolean) to public;
