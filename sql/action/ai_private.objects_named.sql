-- Functions and types that texts of SQL may name, as ai_private.relations_named finds tables, each with a digest of what a statement sees of it: when one comes,
-- goes or is another, the action is compiled again. What a function does is its own affair.
create function ai_private.objects_named(texts text[], path text[])
returns jsonb
language sql
stable
set search_path = pg_catalog, pg_temp
as $pg_ai$
  select coalesce(jsonb_object_agg(o.written, md5(o.seen)), '{}')
  from (
    select format('%I.%I(%s)', n.nspname, p.proname, oidvectortypes(p.proargtypes)) as written, n.nspname, p.proname as named,
      concat_ws(' ', p.prokind, p.proretset, format_type(p.prorettype, null), p.proallargtypes::regtype[]::text, p.pronargdefaults) as seen
    from ai_private.names_in(texts) as w
    join pg_proc p on p.proname = w.name
    join pg_namespace n on n.oid = p.pronamespace and (n.nspname = w.schema or w.schema is null and n.nspname = any (path))
    union
    select format('%I.%I', n.nspname, y.typname), n.nspname, y.typname,
      concat_ws(' ', y.typtype, format_type(y.typbasetype, y.typtypmod), y.typnotnull,
        (select string_agg(quote_literal(e.enumlabel), ',' order by e.enumsortorder) from pg_enum e where e.enumtypid = y.oid),
        (select string_agg(concat_ws(' ', quote_ident(a.attname), format_type(a.atttypid, a.atttypmod)), ',' order by a.attnum)
          from pg_attribute a where a.attrelid = y.typrelid and a.attnum > 0 and not a.attisdropped))
    from ai_private.names_in(texts) as w
    join pg_type y on y.typname = w.name and (y.typrelid = 0 or exists (select from pg_class c where c.oid = y.typrelid and c.relkind = 'c'))
    join pg_namespace n on n.oid = y.typnamespace and (n.nspname = w.schema or w.schema is null and n.nspname = any (path))
  ) as o
  where not starts_with(o.nspname, 'pg_') and o.nspname not in ('information_schema', 'ai', 'ai_private', 'ai_gen')
$pg_ai$;
comment on function ai_private.objects_named(text[], text[]) is 'Functions and types that texts of SQL may name, with digests';
revoke all on function ai_private.objects_named(text[], text[]) from public;
grant execute on function ai_private.objects_named(text[], text[]) to ai_owner, ai_worker;
