-- Whether a table, or an action, would compile if a hook or a policy ("part": hooks, policies) were not there. If not, what is wrong is not that row's
-- fault: it was wrong before and nobody had looked. Asked only where a compilation has failed, so it may take its time. It does nothing: whoever
-- calls it learns a yes or a no.
create function ai_private.fits_without(target oid, action_name text, part text, name text)
returns boolean
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set plv8.start_proc = ''
set pljs.start_proc = ''
as $pg_ai$
declare
  snapshot jsonb := case when action_name is null then ai_private.catalog_snapshot(target) else ai_private.action_snapshot(action_name) end;
  output text;
begin
  -- What belongs to others is not tried as ai_owner, and is what is wrong.
  if ai_private.untrusted_owners(target) is not null then
    return false;
  end if;
  if snapshot ? part then
    snapshot := jsonb_set(snapshot, array[part],
      coalesce((select jsonb_agg(e.value order by e.position) from jsonb_array_elements(snapshot -> part) with ordinality as e (value, position) where e.value ->> 'name' <> name), '[]'));
  end if;
  -- never from a simple expression: see ai_private.prepare
  select ai_private.compile_text(jsonb_build_object(case when action_name is null then 'table' else 'action' end, snapshot, 'fingerprint', '')::text) into output;
  return not ai_private.has_errors(output::jsonb -> 'diagnostics')
    and not ai_private.has_errors(ai_private.failed_probes(output::jsonb -> 'probes', false));
end
$pg_ai$;
alter function ai_private.fits_without(oid, text, text, text) owner to ai_owner;
comment on function ai_private.fits_without(oid, text, text, text) is 'Whether a table or an action would compile without a hook or a policy';
revoke all on function ai_private.fits_without(oid, text, text, text) from public;
grant execute on function ai_private.fits_without(oid, text, text, text) to ai_admin;
