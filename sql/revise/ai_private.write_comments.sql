-- Writes a table's comments as a revision had them, with the rights of whoever calls: PostgreSQL lets owners alone do so. Columns that are gone are
-- left out, and comments that say nothing to pg_ai are left alone.
create function ai_private.write_comments(target oid, source jsonb)
returns void
language plpgsql
volatile
security invoker
set search_path = pg_catalog, pg_temp
-- what makes each comment take effect by itself looks at this
set check_function_bodies = off
as $pg_ai$
declare
  present constant jsonb := ai_private.declared_comments(target);
  c record;
begin
  if present -> 'comment' <> source -> 'comment' then
    execute format('comment on %s %s is %L',
      case (select t.relkind from pg_class t where t.oid = target) when 'f' then 'foreign table' else 'table' end, target::regclass, source ->> 'comment');
  end if;
  for c in
    select a.attname as name, source -> 'columns' ->> a.attname as text
    from pg_attribute a
    where a.attrelid = target and a.attnum > 0 and not a.attisdropped
      and (source -> 'columns' ? a.attname or present -> 'columns' ? a.attname)
      and present -> 'columns' -> a.attname is distinct from source -> 'columns' -> a.attname
    order by a.attnum
  loop
    execute format('comment on column %s.%I is %L', target::regclass, c.name, c.text);
  end loop;
end
$pg_ai$;
comment on function ai_private.write_comments(oid, jsonb) is 'Writes a table''s comments as a revision had them';
revoke all on function ai_private.write_comments(oid, jsonb) from public;
grant execute on function ai_private.write_comments(oid, jsonb) to ai_admin;
