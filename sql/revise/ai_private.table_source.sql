-- What a table's operations are compiled from, as people have written it: the comments that count, and its own hooks and policies. Rows that are about
-- every table are not among them.
create function ai_private.table_source(target oid)
returns jsonb
language sql
stable
security invoker
set search_path = pg_catalog, pg_temp
as $pg_ai$
  select coalesce(
      (select h.kept from ai_private.held h where h.relation = target and h.refused = ai_private.declared_comments(target)),
      ai_private.declared_comments(target))
    || jsonb_build_object(
      'hooks', coalesce((
        select jsonb_object_agg(h.name, to_jsonb(h) - '{name,relation,changed_at}'::text[]) from ai.hooks h where h.relation = target), '{}'),
      'policies', coalesce((
        select jsonb_object_agg(p.name, to_jsonb(p) - '{name,relation,changed_at}'::text[]) from ai.policies p where p.relation = target), '{}'))
$pg_ai$;
comment on function ai_private.table_source(oid) is 'What a table''s operations are compiled from';
revoke all on function ai_private.table_source(oid) from public;
grant execute on function ai_private.table_source(oid) to ai_owner, ai_admin;
