-- Grants them, with the rights of whoever declares: nobody can give ai_owner more than they have themselves.
create function ai_private.grant_missing(target oid)
returns void
language plpgsql
volatile
security invoker
set search_path = pg_catalog, pg_temp
as $pg_ai$
declare
  g record;
  lacking boolean := false;
  still text;
begin
  for g in select m.statement, m.owners from ai_private.missing_grants(target) as m loop
    lacking := true;
    begin
      if g.owners then
        execute g.statement;
      end if;
    exception when insufficient_privilege then
      null; -- told below, with all the others
    end;
  end loop;
  if not lacking then
    return;
  end if;
  select string_agg(m.statement || ';', ' ' order by m.statement) into still from ai_private.missing_grants(target) as m;
  if still is not null then
    raise exception using
      errcode = '42501',
      message = ai_private.message('PI004', jsonb_build_object('table', target::regclass::text)),
      detail = still,
      hint = ai_private.message('PI004.hint', '{}');
  end if;
end
$pg_ai$;
comment on function ai_private.grant_missing(oid) is 'Gives ai_owner what a table''s operations need';
-- Executable by everybody: event triggers do what they do as whoever issues the DDL.
grant execute on function ai_private.grant_missing(oid) to public;
