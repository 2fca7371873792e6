-- Takes a declaration out of force because recompiling it failed. Public like prepare(), so it first makes sure that something has changed;
-- only those who may change the declaration may also write about what is out of force already.
-- The fingerprint stays empty: the next compilation looks at the table again.
create function ai_private.give_up(target oid, problems jsonb)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $pg_ai$
declare
  snapshot constant jsonb := ai_private.catalog_snapshot(target);
begin
  if not exists (
    select from ai.declaration d
    join pg_class c on c.oid = d.relation
    where d.relation = target and d.fingerprint is distinct from ai_private.fingerprint(snapshot)
      and (d.state = 'ready' or pg_has_role(session_user, c.relowner, 'MEMBER') or pg_has_role(session_user, 'ai_admin', 'MEMBER')
        or pg_has_role(session_user, 'ai_worker', 'MEMBER'))
  ) then
    return;
  end if;
  perform ai_private.lock_compiler();
  delete from ai_private.prepared p where p.relation = target;
  perform ai_private.mark(target, snapshot, null, 'inconsistent', problems);
end
$pg_ai$;
alter function ai_private.give_up(oid, jsonb) owner to ai_owner;
comment on function ai_private.give_up(oid, jsonb) is 'Marks a table inconsistent after a failed recompilation';
-- Executable by everybody: event triggers do what they do as whoever issues the DDL.
grant execute on function ai_private.give_up(oid, jsonb) to public;
