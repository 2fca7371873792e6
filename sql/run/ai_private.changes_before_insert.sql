-- Whether a trigger may change or suppress a row of the table before it is inserted. INSERT … ON CONFLICT calls such triggers for rows too that are
-- there already and then are updated, so upserts of such a table are done one by one.
create function ai_private.changes_before_insert(target regclass)
returns boolean
language sql
stable
set search_path = pg_catalog, pg_temp
as $pg_ai$
  -- tgtype: 1 for each row, 2 before, 4 on insert
  select exists (
    select from pg_trigger t
    where t.tgrelid in (select target union all select p.relid from pg_partition_tree(target) as p)
      and t.tgtype & 7 = 7 and t.tgenabled <> 'D' and not t.tgisinternal
  )
$pg_ai$;
comment on function ai_private.changes_before_insert(regclass) is 'Whether the table has BEFORE INSERT triggers for each row';
revoke all on function ai_private.changes_before_insert(regclass) from public;
grant execute on function ai_private.changes_before_insert(regclass) to ai_owner, ai_admin, ai_user;
