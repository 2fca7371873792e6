-- What the compiler knows about an action: its row, and of the database all that the row names, in one JSON document (see ai_private.catalog_snapshot).
-- Names are collected wherever they might stand: one too many does no harm. Null when there is no such action.
create function ai_private.action_snapshot(name text)
returns jsonb
language plpgsql
stable
set search_path = pg_catalog, pg_temp
set quote_all_identifiers = off
as $pg_ai$
#variable_conflict use_column
declare
  m ai.meta_actions;
  written jsonb;
begin
  select x.* into m from ai.meta_actions x where x.action_name = action_snapshot.name;
  if m.action_name is null then
    return null;
  end if;
  written := jsonb_build_array(ai_private.action_steps(m), m.preconditions, m.post_actions);
  return jsonb_build_object(
    'name', m.action_name,
    'codeTemplate', m.code_template,
    'language', m.language,
    'steps', m.steps,
    'inputSchema', m.input_schema,
    'outputSchema', m.output_schema,
    'preconditions', m.preconditions,
    'postActions', m.post_actions,
    'roles', to_jsonb(m.roles),
    'security', m.security,
    'limits', m.limits,
    'calls', to_jsonb(ai_private.action_calls(m)),
    'description', m.description,
    'program', ai_private.action_program(m),
    'path', to_jsonb(ai_private.trusted_path(m.search_path)),
    'untrusted', to_jsonb(array(select s from unnest(m.search_path) as s where s <> all (ai_private.trusted_path(m.search_path)) and not starts_with(s, 'pg_'))),
    'serverVersion', current_setting('server_version_num')::int / 10000,
    'types', coalesce((
      select jsonb_object_agg(t.written, case when y.oid is not null then ai_private.type_snapshot(y.oid, -1) end)
      from (
        select distinct v #>> '{}' as written
        from jsonb_path_query(jsonb_build_array(m.input_schema, written), 'strict $.** ? (@.type() == "object").keyvalue() ? (@.key == "x-type" || @.key == "type").value ? (@.type() == "string")') as v
        union
        select btrim(r[1]) from regexp_matches(m.code_template, '[{][{][^{}:]+:([^{}]+)[}][}]', 'g') as r
      ) as t
      cross join lateral ai_private.find_type(t.written, m.search_path) as y (oid)
    ), '{}'),
    'tables', coalesce((
      select jsonb_object_agg(t.written, case when t.oid is null then 'null' else ai_private.catalog_snapshot(t.oid) || jsonb_build_object(
        'untrustedOwners', ai_private.untrusted_owners(t.oid),
        'operations', coalesce((select jsonb_object_agg(o.operation, o.state) from ai.operation o where o.relation = t.oid), '{}')) end)
      from (
        select w.written, ai_private.find_relation(w.written, m.search_path) as oid
        from (
          select distinct v #>> '{}' as written
          from jsonb_path_query(written, 'strict $.** ? (@.type() == "object").keyvalue() ? (@.key == "find" || @.key == "create" || @.key == "update" || @.key == "upsert" || @.key == "delete" || @.key == "exists" || @.key == "not_exists").value ? (@.type() == "string")') as v
        ) as w
      ) as t
    ), '{}'),
    'actions', coalesce((
      with recursive reached as (
        select c as called from unnest(ai_private.action_calls(m)) as c
        union
        select c from reached r join ai.meta_actions o on o.action_name = r.called cross join lateral unnest(ai_private.action_calls(o)) as c
      )
      select jsonb_object_agg(r.called, case when o.action_name is null then 'null' else jsonb_build_object(
        'inputSchema', coalesce(nullif(a.input_schema, '{}'), o.input_schema), 'outputSchema', o.output_schema, 'security', o.security, 'calls', to_jsonb(ai_private.action_calls(o))) end)
      from reached r
      left join ai.meta_actions o on o.action_name = r.called
      left join ai.action a on a.action_name = r.called
    ), '{}'),
    'functions', coalesce((
      select jsonb_object_agg(f.written, f.found)
      from (
        select v #>> '{}' as written, (
          select jsonb_build_object('function', format('%I.%I', n.nspname, p.proname), 'schema', n.nspname, 'returns', format_type(p.prorettype, -1),
            'untrusted', not pg_has_role(p.proowner, 'ai_admin', 'MEMBER'))
          from (select case when parse_ok then parse_ident(v #>> '{}') end as parts from (select v #>> '{}' ~ '^([a-z_][a-z0-9_]*|"([^"]|"")+")([.]([a-z_][a-z0-9_]*|"([^"]|"")+"))?$' as parse_ok) as x) as i
          cross join lateral unnest(case when cardinality(i.parts) = 2 then i.parts[1:1] else m.search_path end) with ordinality as s (name, position)
          join pg_namespace n on n.nspname = s.name
          join pg_proc p on p.pronamespace = n.oid and p.proname = i.parts[cardinality(i.parts)] and p.proargtypes = array['jsonb'::regtype]::oidvector and not p.proretset and p.prokind = 'f'
          order by s.position
          limit 1
        ) as found
        from (select distinct v from jsonb_path_query(m.preconditions, 'strict $.** ? (@.type() == "object").keyvalue() ? (@.key == "function").value ? (@.type() == "string")') as v) as d
      ) as f
    ), '{}'),
    'reads', ai_private.action_reads(m),
    'names', ai_private.objects_named(ai_private.action_sql(m), m.search_path),
    'pgcrypto', (select n.nspname from pg_extension e join pg_namespace n on n.oid = e.extnamespace where e.extname = 'pgcrypto'),
    'hooks', coalesce((
      select jsonb_agg(jsonb_strip_nulls(jsonb_build_object(
        'name', h.name, 'phase', h.phase, 'condition', h.condition, 'function', h.function,
        'routine', case when h.function is not null then ai_private.routine_snapshot(h.function) end,
        'language', h.language, 'code', md5(h.code)
      )) || jsonb_build_object('settings', h.settings, 'bound', true) order by h.position, h.name)
      from ai.hooks h
      where h.enabled and h.phase <> 'post_commit' and h.action = m.action_name
    ), '[]'),
    'policies', coalesce((select jsonb_agg(jsonb_build_object('name', p.name, 'kind', p.kind, 'definition', p.definition) order by p.position, p.name) from ai.policies p
      where p.enabled and (p.action = m.action_name
        -- limits for everything are for actions, too
        or p.kind = 'limit' and p.action is null and p.relation is null and p.operation is null)), '[]')
  );
end
$pg_ai$;
comment on function ai_private.action_snapshot(text) is 'The JSON document about one action that the compiler reads';
revoke all on function ai_private.action_snapshot(text) from public;
grant execute on function ai_private.action_snapshot(text) to ai_owner, ai_worker;
