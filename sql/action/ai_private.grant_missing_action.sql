-- Grants what an action needs, with the rights of whoever registers it or changes its tables.
create function ai_private.grant_missing_action(name text)
returns void
language plpgsql
volatile
security invoker
set search_path = pg_catalog, pg_temp
as $pg_ai$
declare
  g record;
  still text;
begin
  for g in select m.statement from ai_private.missing_action_grants(name) as m where m.theirs loop
    begin
      execute g.statement;
    exception when insufficient_privilege then
      null; -- told below, with all the others
    end;
  end loop;
  select string_agg(m.statement || ';', ' ' order by m.statement) into still from ai_private.missing_action_grants(name) as m;
  if still is not null then
    raise exception using
      errcode = '42501',
      message = ai_private.message('PI004.action', jsonb_build_object('action', name)),
      detail = still,
      hint = ai_private.message('PI004.action.hint', '{}');
  end if;
end
$pg_ai$;
comment on function ai_private.grant_missing_action(text) is 'Gives ai_owner what an action needs';
-- Executable by everybody: event triggers do what they do as whoever issues the DDL.
grant execute on function ai_private.grant_missing_action(text) to public;
