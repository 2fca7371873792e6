-- Tables that the SQL of an action may name, each with a digest of its columns: when one changes, the action is compiled again.
create function ai_private.action_reads(m ai.meta_actions)
returns jsonb
language sql
stable
set search_path = pg_catalog, pg_temp
as $pg_ai$
  select coalesce(jsonb_object_agg(r.written, (
      select md5(string_agg(concat_ws(' ', quote_ident(a.attname), format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attidentity, a.attgenerated), ',' order by a.attnum))
      from pg_attribute a where a.attrelid = r.relation and a.attnum > 0 and not a.attisdropped)), '{}')
  from ai_private.relations_named(ai_private.action_sql(m), m.search_path) as r
$pg_ai$;
comment on function ai_private.action_reads(ai.meta_actions) is 'Tables that the SQL of an action may name, with digests of their columns';
revoke all on function ai_private.action_reads(ai.meta_actions) from public;
grant execute on function ai_private.action_reads(ai.meta_actions) to ai_owner, ai_worker;
