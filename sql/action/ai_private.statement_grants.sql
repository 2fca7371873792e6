-- The GRANTs that ai_owner lacks for the tables that a statement names, to be pasted; null where none is known. It goes by the words of the statement, so it is
-- for people: nothing is granted by it.
create function ai_private.statement_grants(statement text, path text)
returns text
language sql
stable
set search_path = pg_catalog, pg_temp
as $pg_ai$
  with named as materialized (
    select r.relation, r.written, n.oid as schema_oid, n.nspname,
      '(?:' || case when n.nspname ~ '^[[:alnum:]_]+$' then '"?' || n.nspname || '"?[[:space:]]*[.][[:space:]]*' else '[^[:space:]]*' end || ')?' || case when c.relname ~ '^[[:alnum:]_]+$' then '"?' || c.relname || '"?' else '[^[:space:]]+' end || '(?![[:alnum:]_])' as pattern
    from ai_private.relations_named(array[statement], array(select btrim(p, ' "') from unnest(string_to_array(path, ',')) as p)) as r
    join pg_class c on c.oid = r.relation
    join pg_namespace n on n.oid = c.relnamespace
  ),
  lacking as (
    select n.written, v.word, v.position
    from named n
    cross join lateral (values
      ('select', 1, true),
      ('insert', 2, statement ~* ('insert[[:space:]]+into[[:space:]]+' || n.pattern)),
      ('update', 3, statement ~* ('update[[:space:]]+(only[[:space:]]+)?' || n.pattern) or statement ~* ('insert[[:space:]]+into[[:space:]]+' || n.pattern) and statement ~* 'do[[:space:]]+update' or statement ~* 'for[[:space:]]+(no[[:space:]]+key[[:space:]]+)?update|for[[:space:]]+(key[[:space:]]+)?share'),
      ('delete', 4, statement ~* ('delete[[:space:]]+from[[:space:]]+(only[[:space:]]+)?' || n.pattern)),
      ('insert, update, delete', 5, statement ~* ('merge[[:space:]]+into[[:space:]]+(only[[:space:]]+)?' || n.pattern))) as v (word, position, needed)
    where v.needed and not has_table_privilege('ai_owner', n.relation, replace(v.word, ', ', ','))
  )
  select string_agg(g.statement, '; ' order by g.position, g.statement)
  from (
    select distinct 1 as position, format('grant usage on schema %I to ai_owner', n.nspname) as statement from named n where not has_schema_privilege('ai_owner', n.schema_oid, 'usage')
    union all
    select 2, format('grant %s on %s to ai_owner', string_agg(l.word, ', ' order by l.position), l.written) from lacking l group by l.written
  ) as g
$pg_ai$;
comment on function ai_private.statement_grants(text, text) is 'GRANTs that ai_owner lacks for the tables a statement names';
revoke all on function ai_private.statement_grants(text, text) from public;
grant execute on function ai_private.statement_grants(text, text) to ai_owner;
