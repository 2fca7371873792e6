-- Revisions to go back to, the last one first: those that were in force, are not what is in force now, and were not themselves rolled back.
create function ai_private.revisions_before(kind_of text, name text, present jsonb)
returns setof ai.revision
language sql
stable
security invoker
set search_path = pg_catalog, pg_temp
as $pg_ai$
  select r.*
  from ai.revision r
  where r.kind = kind_of and r.qualified_name = name and r.state = 'ready'
    and coalesce(r.source, case when kind_of = 'action' then r.declaration end) <> present
    and not exists (
      select from ai.revision later
      join ai.revision bad on bad.revision = later.instead_of
      where later.kind = kind_of and later.qualified_name = name and coalesce(bad.source, bad.declaration) = coalesce(r.source, r.declaration)
    )
  order by r.revision desc
$pg_ai$;
comment on function ai_private.revisions_before(text, text, jsonb) is 'Revisions that a table or an action could go back to';
revoke all on function ai_private.revisions_before(text, text, jsonb) from public;
grant execute on function ai_private.revisions_before(text, text, jsonb) to ai_owner, ai_admin;
