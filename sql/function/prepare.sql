-- From a table's comment to functions in three steps, all in the transaction of the change:
--   prepare   (as ai_owner)      reads the catalog and compiles; the result waits in ai_private.prepared
--   grant     (as the declarer)  gives ai_owner what the operations need
--   apply     (as ai_owner)      puts it in force
-- prepare and apply take nothing but a table, and do what its comments say: whoever calls them gains nothing, so event triggers may call them
-- for whoever changes the table.
-- What a table runs (its triggers, CHECKs, defaults, policies), its operations run as ai_owner. So its owner must be trusted with that: only tables
-- that belong to members of ai_admin come into force, whoever issues the comment.

-- One compilation at a time, to the end of its transaction: functions of the router are shared, and PostgreSQL refuses to replace a function twice at
-- once. A table's lock and not an advisory one, which anybody could take and keep. Every writer of ai_private.prepared takes it first.
create function ai_private.lock_compiler()
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $pg_ai$
begin
  lock table ai_private.prepared in share row exclusive mode;
end
$pg_ai$;
alter function ai_private.lock_compiler() owner to ai_owner;
comment on function ai_private.lock_compiler() is 'Makes compilations wait for one another';
revoke all on function ai_private.lock_compiler() from public;
grant execute on function ai_private.lock_compiler() to ai_owner, ai_worker;

-- Owners of a table, or of a partition or child of it, who may not declare.
create function ai_private.untrusted_owners(target oid)
returns text
language sql
stable
set search_path = pg_catalog, pg_temp
as $pg_ai$
  with recursive family as (
    select target as oid
    union
    select h.inhrelid from family f join pg_inherits h on h.inhparent = f.oid
  )
  select string_agg(distinct quote_ident(r.rolname), ', ')
  from family f
  join pg_class c on c.oid = f.oid
  join pg_roles r on r.oid = c.relowner
  where not pg_has_role(r.oid, 'ai_admin', 'MEMBER')
$pg_ai$;
comment on function ai_private.untrusted_owners(oid) is 'Owners of a table who are not members of ai_admin';
revoke all on function ai_private.untrusted_owners(oid) from public;
grant execute on function ai_private.untrusted_owners(oid) to ai_owner;

create function ai_private.fingerprint(snapshot jsonb)
returns text
language sql
stable
set search_path = pg_catalog, pg_temp
as $pg_ai$
  select md5((select j.hash from ai_private.javascript j where j.name = 'compiler') || snapshot::text)
$pg_ai$;
comment on function ai_private.fingerprint(jsonb) is 'Names a table''s snapshot together with the compiler that reads it';

-- Whether a table's comments might declare something: cheap, and wrong only by saying yes.
create function ai_private.may_declare(target oid)
returns boolean
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
as $pg_ai$
  select exists (select from ai.declaration d where d.relation = target)
    -- a temporary table is gone before anybody else could call
    or not exists (select from pg_class c where c.oid = target and c.relpersistence = 't')
    and coalesce((select c like '%@ai(%' or ltrim(c, E' \t\r\n') like '{%' from obj_description(target, 'pg_class') as c), false)
$pg_ai$;
alter function ai_private.may_declare(oid) owner to ai_owner;
comment on function ai_private.may_declare(oid) is 'Whether a table could declare operations';
revoke all on function ai_private.may_declare(oid) from public;
grant execute on function ai_private.may_declare(oid) to ai_owner;

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
  -- Compiling again what is current leaves a row in the history each time, so not everybody may ask for it.
  again constant boolean := anyway and pg_has_role(session_user, 'ai_admin', 'MEMBER');
begin
  -- Looked at without the lock first: nobody can make others wait by preparing what is current.
  for attempt in 1..2 loop
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
    perform ai_private.lock_compiler();
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

-- What stands in ai_private.prepared is executed as ai_owner: only the compiler's hosts may write it.
create function ai_private.store_prepared(target oid, print text, compiled jsonb)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $pg_ai$
begin
  perform ai_private.lock_compiler();
  insert into ai_private.prepared (relation, fingerprint, compiled)
  values (target, print, compiled)
  on conflict (relation) do update set fingerprint = excluded.fingerprint, compiled = excluded.compiled;
end
$pg_ai$;
alter function ai_private.store_prepared(oid, text, jsonb) owner to ai_owner;
comment on function ai_private.store_prepared(oid, text, jsonb) is 'Hands over what a compiler made; for the compiler''s hosts only';
revoke all on function ai_private.store_prepared(oid, text, jsonb) from public;
grant execute on function ai_private.store_prepared(oid, text, jsonb) to ai_worker;

-- A declaration that is not in force: its functions refuse, and say why.
create function ai_private.mark(target oid, snapshot jsonb, print text, new_state text, problems jsonb)
returns void
language plpgsql
volatile
security invoker
set search_path = pg_catalog, pg_temp
as $pg_ai$
declare
  o ai.operation;
  f regprocedure;
begin
  if exists (select from ai.declaration d where d.relation = target and d.fingerprint is not distinct from print and d.state = new_state and d.problems = mark.problems) then
    return;
  end if;
  insert into ai.declaration (relation, qualified_name, fingerprint, state, problems, changed_at)
  values (target, snapshot ->> 'qualified', print, new_state, problems, clock_timestamp())
  on conflict (relation) do update
  set qualified_name = excluded.qualified_name, fingerprint = excluded.fingerprint, state = excluded.state, problems = excluded.problems, changed_at = excluded.changed_at;
  insert into ai.revision (qualified_name, fingerprint, state, declaration, problems)
  values (snapshot ->> 'qualified', print, new_state, to_jsonb(snapshot ->> 'comment'), problems);
  for o in update ai.operation set state = new_state, qualified_name = snapshot ->> 'qualified' where relation = target returning * loop
    execute format(
      'create or replace function ai_gen.%I(inputs jsonb, options jsonb default ''{}'') returns jsonb language plpgsql volatile security invoker set search_path = pg_catalog, pg_temp as %L',
      o.function_name,
      format(E'\n-- Not in force: %s.\nbegin\n  perform ai_private.find_operation(%L, %L, ''{}'');\n  return null;\nend\n', new_state, o.operation, o.qualified_name));
    -- The typed function depends on the types of its parameters, and nobody should be kept from dropping those.
    for f in select p.oid::regprocedure from pg_proc p
      where p.pronamespace = 'ai_gen'::regnamespace and p.proname = regexp_replace(o.function_name, '__json$', '') loop
      begin
        execute format('drop function %s', f);
      exception when dependent_objects_still_exist then
        null; -- somebody's own function calls it; it leads to the refusal above
      end;
    end loop;
    if o.bulk_function_name is not null then
      execute format(
        'create or replace function ai_gen.%I(inputs jsonb[]) returns jsonb language plpgsql volatile security invoker set search_path = pg_catalog, pg_temp as %L',
        o.bulk_function_name,
        format(E'\n-- Not in force: %s.\nbegin\n  perform ai_private.find_operation(%L, %L, ''{}'');\n  return null;\nend\n', new_state, o.operation, o.qualified_name));
    end if;
  end loop;
end
$pg_ai$;
comment on function ai_private.mark(oid, jsonb, text, text, jsonb) is 'Takes a declaration out of force';
revoke all on function ai_private.mark(oid, jsonb, text, text, jsonb) from public;
grant execute on function ai_private.mark(oid, jsonb, text, text, jsonb) to ai_owner;
