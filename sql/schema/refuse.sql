-- Looks before anything is created whether pg_ai can be here at all. A refusal changes nothing.
do $pg_ai$
declare
  reason text;
  taken text;
begin
  select string_agg(n.nspname || coalesce(' (extension ' || e.extname || ')', ''), ', ' order by n.nspname) into taken
  from pg_catalog.pg_namespace n
  left join pg_catalog.pg_depend d on d.classid = 'pg_catalog.pg_namespace'::pg_catalog.regclass and d.objid = n.oid and d.deptype = 'e'
  left join pg_catalog.pg_extension e on e.oid = d.refobjid
  where n.nspname in ('ai', 'ai_private', 'ai_gen');
  if pg_catalog.current_setting('server_version_num')::integer < 150000 then
    raise exception using errcode = 'PI501',
      message = 'pg_ai cannot be installed here: it needs PostgreSQL 15 or later, this is ' || pg_catalog.current_setting('server_version'),
      hint = 'Upgrade the server.';
  elsif taken is not null then
    raise exception using errcode = 'PI501',
      message = 'pg_ai cannot be installed here: it needs the schemas ai, ai_private and ai_gen, and there is already: ' || taken,
      hint = 'If that is an earlier pg_ai, use "pg-ai upgrade" or "pg-ai uninstall". If it is something else, install pg_ai in another database.';
  elsif not exists (select from pg_catalog.pg_roles r where r.rolname = current_user and (r.rolsuper or r.rolcreaterole))
    and (select count(*) from pg_catalog.pg_roles r where r.rolname in ('ai_owner', 'ai_admin', 'ai_worker', 'ai_user')) < 4
  then
    raise exception using errcode = 'PI501',
      message = 'pg_ai cannot be installed here: ' || current_user || ' may not create the roles ai_owner, ai_admin, ai_worker and ai_user',
      hint = 'Install as a superuser or as a role with CREATEROLE, or let an administrator create the roles first.';
  end if;
end
$pg_ai$;
