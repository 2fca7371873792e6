-- What a table's operations need: those being applied, else those in force.
create function ai_private.needed_privileges(target oid)
returns jsonb
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
as $pg_ai$
  select coalesce(
    (select r.compiled -> 'privileges' from ai_private.prepared r where r.relation = target),
    (select d.privileges from ai.declaration d where d.relation = target),
    '[]')
$pg_ai$;
alter function ai_private.needed_privileges(oid) owner to ai_owner;
comment on function ai_private.needed_privileges(oid) is 'Privileges that a table''s operations need';
-- Executable by everybody: event triggers do what they do as whoever issues the DDL.
grant execute on function ai_private.needed_privileges(oid) to public;
