-- Puts what was prepared in force: functions, their grants, the registry and the router. Returns the problems; "problems" with severity error
-- mean that the declaration is not in force.
create function ai_private.apply_prepared(target oid)
returns jsonb
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $pg_ai$
declare
  waiting ai_private.prepared;
  snapshot jsonb;
  problems jsonb;
begin
  perform ai_private.lock_compiler();
  delete from ai_private.prepared p where p.relation = target returning p.* into waiting;
  if waiting.relation is null then
    return '[]';
  end if;
  snapshot := ai_private.catalog_snapshot(target);
  if waiting.fingerprint <> ai_private.fingerprint(snapshot) then
    return jsonb_build_array(jsonb_build_object('severity', 'error', 'path', snapshot ->> 'qualified',
      'reason', 'the table has changed since it was compiled', 'suggestion', 'compile it again'));
  end if;
  problems := waiting.compiled -> 'diagnostics';
  if not (waiting.compiled ->> 'declares')::boolean then
    perform ai_private.forget(target);
    return problems;
  end if;
  -- Before anything of the table's own is run: a default's probe already calls the CHECKs of its domain.
  if ai_private.untrusted_owners(target) is not null then
    problems := problems || jsonb_build_object('severity', 'error', 'path', 'owner of ' || (snapshot ->> 'qualified'),
      'reason', format('operations run what belongs to the table as ai_owner, so its owner must be a member of ai_admin, and %s is not',
        ai_private.untrusted_owners(target)),
      'suggestion', format('grant ai_admin to %s', ai_private.untrusted_owners(target)));
    -- no fingerprint: looked at again as soon as anybody compiles, since a grant changes nothing of the table
    perform ai_private.mark(target, snapshot, null, 'inconsistent', problems);
    return problems;
  end if;
  problems := problems || ai_private.name_clashes(target, snapshot ->> 'qualified', waiting.compiled -> 'operations')
    || ai_private.failed_probes(waiting.compiled -> 'probes', ai_private.has_errors(problems));
  if ai_private.has_errors(problems) then
    perform ai_private.mark(target, snapshot, waiting.fingerprint, 'inconsistent', problems);
    return problems;
  end if;
  perform ai_private.put_in_force(target, snapshot ->> 'qualified', waiting.fingerprint, waiting.compiled, problems);
  return problems;
end
$pg_ai$;
alter function ai_private.apply_prepared(oid) owner to ai_owner;
comment on function ai_private.apply_prepared(oid) is 'Puts a prepared declaration in force';
-- Executable by everybody: event triggers do what they do as whoever issues the DDL.
grant execute on function ai_private.apply_prepared(oid) to public;
