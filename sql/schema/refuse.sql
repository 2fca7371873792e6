-- Looks before anything is created whether pg_ai can be here at all. A refusal changes nothing.
do $pg_ai$
declare
  reason text;
  hint text;
  taken text;
  superuser constant boolean := (select r.rolsuper from pg_catalog.pg_roles r where r.rolname = current_user);
  creates_roles constant boolean := (select r.rolsuper or r.rolcreaterole from pg_catalog.pg_roles r where r.rolname = current_user);
  present constant integer := (select count(*) from pg_catalog.pg_roles r where r.rolname in ('ai_owner', 'ai_admin', 'ai_worker', 'ai_user'));
begin
  select string_agg(n.nspname || coalesce(' (extension ' || e.extname || ')', ''), ', ' order by n.nspname) into taken
  from pg_catalog.pg_namespace n
  left join pg_catalog.pg_depend d on d.classid = 'pg_catalog.pg_namespace'::pg_catalog.regclass and d.objid = n.oid and d.deptype = 'e'
  left join pg_catalog.pg_extension e on e.oid = d.refobjid
  where n.nspname in ('ai', 'ai_private', 'ai_gen');
  if pg_catalog.current_setting('server_version_num')::integer < 150000 then
    reason := 'it needs PostgreSQL 15 or later, this is ' || pg_catalog.current_setting('server_version');
    hint := 'Upgrade the server.';
  elsif taken is not null then
    reason := 'it needs the schemas ai, ai_private and ai_gen, and there is already: ' || taken;
    hint := 'If that is an earlier pg_ai, use "pg-ai upgrade" or "pg-ai uninstall". If it is something else, install pg_ai in another database.';
  elsif not pg_catalog.has_database_privilege(pg_catalog.current_database(), 'CREATE') then
    reason := pg_catalog.format('%s may not create schemas in the database %s', current_user, pg_catalog.current_database());
    hint := pg_catalog.format('As its owner: grant create on database %I to %I', pg_catalog.current_database(), current_user);
  elsif not creates_roles and present < 4 then
    reason := current_user || ' may not create the roles ai_owner, ai_admin, ai_worker and ai_user';
    hint := 'Install as a superuser or as a role with CREATEROLE, or let an administrator create the roles first.';
  elsif present = 4 and not superuser and not pg_catalog.pg_has_role(current_user, 'ai_owner', 'USAGE')
    -- since PostgreSQL 16 CREATEROLE alone gives no right over roles that others have created
    and (case when pg_catalog.current_setting('server_version_num')::integer >= 160000
      then not pg_catalog.pg_has_role(current_user, 'ai_owner', 'MEMBER WITH ADMIN OPTION') else not creates_roles end)
  then
    reason := current_user || ' may not act as the role ai_owner, which exists already';
    hint := pg_catalog.format('As a superuser: grant ai_owner to %I', current_user);
  end if;
  if reason is not null then
    raise exception using errcode = 'PI501', message = 'pg_ai cannot be installed here: ' || reason, hint = hint;
  end if;
end
$pg_ai$;
