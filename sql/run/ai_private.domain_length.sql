-- The most characters that a domain over varchar or char holds.
create function ai_private.domain_length(type_id oid)
returns integer
language sql
stable
set search_path = pg_catalog, pg_temp
as $pg_ai$
  with recursive y as (
    select t.* from pg_type t where t.oid = type_id
    union all
    select t.* from y join pg_type t on t.oid = y.typbasetype where y.typtype = 'd'
  )
  select min(y.typtypmod - 4) from y where y.typtypmod > 4
$pg_ai$;
comment on function ai_private.domain_length(oid) is 'The most characters that a domain over varchar or char holds';
revoke all on function ai_private.domain_length(oid) from public;
grant execute on function ai_private.domain_length(oid) to ai_owner, ai_admin, ai_user;
