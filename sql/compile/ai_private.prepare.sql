-- Returns what is to be done: unchanged, foreign (declares nothing), prepared, pending (no compiler here).
create function ai_private.prepare(target oid, anyway boolean default false)
returns text
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set plv8.start_proc = ''
set pljs.start_proc = ''
as $pg_ai$
declare
  snapshot jsonb;
  print text;
  known ai.declaration;
  output text;
  locked boolean;
  -- Compiling again what is current leaves a row in the history each time, so not everybody may ask for it.
  again constant boolean := anyway and pg_has_role(session_user, 'ai_admin', 'MEMBER');
begin
  -- What was held back counts again when the table's comments are others.
  delete from ai_private.held h where h.relation = target and h.refused <> ai_private.declared_comments(target);
  select d.* into known from ai.declaration d where d.relation = target;
  -- What is in force is looked at without the lock first: nobody can make others wait by preparing what is current.
  locked := known.relation is null and ai_private.may_declare(target) or again;
  if locked then
    perform ai_private.lock_compiler();
  end if;
  loop
    snapshot := ai_private.catalog_snapshot(target);
    if snapshot is null then
      perform ai_private.forget(target);
      return 'foreign';
    elsif not ai_private.may_declare(target) then
      return 'foreign';
    end if;
    print := ai_private.fingerprint(snapshot);
    select d.* into known from ai.declaration d where d.relation = target;
    -- What was refused is looked at again: a missing role or grant may be there now, and a repeated mistake is an error again.
    if known.fingerprint = print and known.state = 'ready' and not again and ai_private.untrusted_owners(target) is null then
      return 'unchanged';
    end if;
    exit when locked;
    perform ai_private.lock_compiler();
    locked := true;
  end loop;
  if to_regprocedure('ai_private.compile_text(text)') is null then
    if not ai_private.declares_now(target) then
      -- withdrawing a declaration takes no compiler
      perform ai_private.forget(target);
      return 'foreign';
    end if;
    perform ai_private.mark(target, snapshot, print, 'pending', '[]');
    return 'pending';
  end if;
  -- "select … into", never "output := …": plv8 up to 3.2.4 crashes when called from a simple expression under a second user (plv8 issue 606).
  select ai_private.compile_text(jsonb_build_object('table', snapshot, 'fingerprint', print)::text) into output;
  perform ai_private.store_prepared(target, print, output::jsonb);
  return 'prepared';
end
$pg_ai$;
alter function ai_private.prepare(oid, boolean) owner to ai_owner;
comment on function ai_private.prepare(oid, boolean) is 'Compiles a table''s declaration inside the database, up to applying it';
-- Executable by everybody: event triggers do what they do as whoever issues the DDL.
grant execute on function ai_private.prepare(oid, boolean) to public;
