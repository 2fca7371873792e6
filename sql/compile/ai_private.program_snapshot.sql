-- The hooks and policies that apply to a table, and the hooks that its comment seems to name, for its snapshot. Absent where there are none.
create function ai_private.program_snapshot(target oid)
returns jsonb
language sql
stable
set search_path = pg_catalog, pg_temp
as $pg_ai$
  select
    coalesce((
      select jsonb_build_object('hooks', jsonb_agg(jsonb_strip_nulls(jsonb_build_object(
        'name', h.name, 'operation', h.operation, 'phase', h.phase, 'condition', h.condition, 'function', h.function,
        'routine', case when h.function is not null then ai_private.routine_snapshot(h.function) end,
        'language', h.language, 'code', md5(h.code)
      )) || jsonb_build_object('settings', h.settings, 'bound', h.relation is null or h.relation = target) order by h.position, h.name))
      from ai.hooks h
      where h.enabled and h.action is null and (h.relation = target or h.relation is null or ai_private.names_hook(target, h.name))
      having count(*) > 0
    ), '{}')
    || coalesce((
      select jsonb_build_object('policies', jsonb_agg(jsonb_build_object(
        'name', p.name, 'operation', p.operation, 'kind', p.kind, 'definition', p.definition
      ) || case when p.relation is null then '{"everywhere": true}'::jsonb else '{}' end order by p.position, p.name))
      from ai.policies p
      where p.enabled and p.action is null and (p.relation = target or p.relation is null)
      having count(*) > 0
    ), '{}')
    -- where pgcrypto is, for tables that have something to hash or to encrypt
    || coalesce((
      select jsonb_build_object('pgcrypto', n.nspname)
      from pg_extension e
      join pg_namespace n on n.oid = e.extnamespace
      where e.extname = 'pgcrypto' and (
        exists (select from pg_description d where d.classoid = 'pg_class'::regclass and d.objoid = target and (d.description like '%"hash"%' or d.description like '%"encrypt"%'))
        or exists (select from ai.policies p where p.enabled and p.kind = 'data' and (p.relation = target or p.relation is null) and (p.definition::text like '%"hash"%' or p.definition::text like '%"encrypt"%'))
      )
    ), '{}')
$pg_ai$;
comment on function ai_private.program_snapshot(oid) is 'Hooks and policies that apply to a table, as the compiler reads them';
revoke all on function ai_private.program_snapshot(oid) from public;
grant execute on function ai_private.program_snapshot(oid) to ai_owner, ai_worker;
