-- The four roles. Roles belong to the cluster, so several databases share them and creating them again is not an error.
--   ai_owner   owns the generated functions and what they need; nobody logs in as it
--   ai_admin   declares operations on tables that it owns
--   ai_worker  compiles from outside the database and serves what happens after commit
--   ai_user    calls operations
do $pg_ai$
declare
  role_name text;
begin
  foreach role_name in array array['ai_owner', 'ai_admin', 'ai_worker', 'ai_user'] loop
    if not exists (select from pg_catalog.pg_roles r where r.rolname = role_name) then
      begin
        execute pg_catalog.format('create role %I nologin', role_name);
      exception when duplicate_object or unique_violation then
        null; -- another database of this cluster is being installed at the same moment
      end;
    end if;
  end loop;
  if exists (select from pg_catalog.pg_roles r where r.rolname = 'ai_owner' and (r.rolsuper or r.rolbypassrls or r.rolcanlogin)) then
    raise exception using
      errcode = 'PI502',
      message = 'the role ai_owner exists and has rights that pg_ai must not have',
      detail = 'ai_owner runs generated code, so it may not be a superuser, bypass row-level security or log in',
      hint = 'alter role ai_owner nosuperuser nobypassrls nologin';
  end if;
  -- Handing a function to ai_owner and granting on it afterwards needs membership in it; a superuser has that already.
  -- Since PostgreSQL 16 who creates a role is a member that may neither act as it nor become it, until it grants itself both.
  if not pg_catalog.pg_has_role(current_user, 'ai_owner', 'USAGE') then
    execute pg_catalog.format('grant ai_owner to %I', current_user);
  end if;
end
$pg_ai$;
