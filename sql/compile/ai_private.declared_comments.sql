-- The comments of a table and its columns that may hold declarations, as they are.
create function ai_private.declared_comments(target oid)
returns jsonb
language sql
stable
set search_path = pg_catalog, pg_temp
as $pg_ai$
  select jsonb_build_object(
    'comment', obj_description(target, 'pg_class'),
    'columns', coalesce((
      select jsonb_object_agg(a.attname, d.description)
      from pg_attribute a
      join pg_description d on d.classoid = 'pg_class'::regclass and d.objoid = target and d.objsubid = a.attnum
      where a.attrelid = target and a.attnum > 0 and not a.attisdropped and ai_private.may_hold_rules(d.description)
    ), '{}'))
$pg_ai$;
comment on function ai_private.declared_comments(oid) is 'Comments of a table that may hold declarations';
revoke all on function ai_private.declared_comments(oid) from public;
grant execute on function ai_private.declared_comments(oid) to ai_owner, ai_worker, ai_admin;
