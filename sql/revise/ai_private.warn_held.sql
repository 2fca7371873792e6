-- A comment that was rolled back and is written again as it was stays out of force, and whoever writes it is told.
create function ai_private.warn_held(target oid)
returns void
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $pg_ai$
declare
  chosen ai.revision;
begin
  if not exists (select from ai_private.held h where h.relation = target) then
    return;
  end if;
  select r.* into chosen from ai.revision r
  where r.kind = 'table' and r.qualified_name = (select d.qualified_name from ai.declaration d where d.relation = target) and r.instead_of is not null
  order by r.revision desc
  limit 1;
  raise notice using
    message = ai_private.message('held', jsonb_build_object('table', chosen.qualified_name, 'revision', chosen.instead_of)),
    hint = ai_private.message('held.hint', jsonb_build_object('table', chosen.qualified_name, 'revision', chosen.instead_of));
end
$pg_ai$;
alter function ai_private.warn_held(oid) owner to ai_owner;
comment on function ai_private.warn_held(oid) is 'Tells that a declaration is held back';
-- Executable by everybody: event triggers do what they do as whoever issues the DDL.
grant execute on function ai_private.warn_held(oid) to public;
