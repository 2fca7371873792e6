-- One action within another: counts how many there are by now, and raises 54001 where something calls itself, before PostgreSQL's stack or JavaScript's is
-- used up. Returns the setting pg_ai.depth as it was, to be put back. Whoever sets it otherwise makes nothing but their own calls fail earlier or later.
create function ai_private.nest_action(name text)
returns text
language plpgsql
volatile
security invoker
set search_path = pg_catalog, pg_temp
as $pg_ai$
declare
  deepest constant integer := 32;
  outer_depth constant text := coalesce(current_setting('pg_ai.depth', true), '');
  depth constant integer := case when outer_depth ~ '^[0-9]{1,4}$' then outer_depth::integer else 1 end + 1;
begin
  if depth > deepest then
    raise exception using
      errcode = '54001',
      message = ai_private.message('action.nested', jsonb_build_object('action', name, 'deepest', deepest)),
      detail = jsonb_build_object('action', name, 'deepest', deepest)::text,
      hint = ai_private.message('action.nested.hint', '{}');
  end if;
  perform set_config('pg_ai.depth', depth::text, true);
  return outer_depth;
end
$pg_ai$;
comment on function ai_private.nest_action(text) is 'Counts actions within one another, and refuses too many';
revoke all on function ai_private.nest_action(text) from public;
grant execute on function ai_private.nest_action(text) to ai_owner, ai_admin, ai_user;
