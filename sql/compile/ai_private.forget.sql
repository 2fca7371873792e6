-- A table that declares nothing any more, or is gone.
create function ai_private.forget(target oid)
returns void
language plpgsql
volatile
security invoker
set search_path = pg_catalog, pg_temp
as $pg_ai$
declare
  gone ai.operation;
begin
  perform ai_private.lock_compiler();
  perform ai_private.settle_errors();
  for gone in select p.* from ai.operation p where p.relation = target loop
    perform ai_private.drop_operation(gone);
  end loop;
  insert into ai.revision (qualified_name, state)
  select d.qualified_name, 'withdrawn' from ai.declaration d where d.relation = target;
  delete from ai.declaration d where d.relation = target;
  delete from ai_private.held h where h.relation = target;
  if not exists (select from pg_class c where c.oid = target) then
    delete from ai.hooks h where h.relation = target;
    delete from ai.policies p where p.relation = target;
  end if;
end
$pg_ai$;
comment on function ai_private.forget(oid) is 'A table that declares nothing any more, or is gone';
revoke all on function ai_private.forget(oid) from public;
grant execute on function ai_private.forget(oid) to ai_owner;
