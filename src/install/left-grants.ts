import type { Client } from 'pg';
import { type Finding, note } from './finding.ts';

/**
 * What ai_owner holds and nothing that is declared needs. Nothing is taken back by itself, because PostgreSQL does not tell what pg_ai granted from what somebody
 * granted by hand for SQL of their own; so this is for people. What is named in the code of an action, a hook or a policy, of a function that is a hook, or of a
 * trigger is left out.
 */
const LEFT = `
  with needed as (
    select p ->> 'on' as kind, p ->> 'name' as name, p ->> 'privilege' as privilege, p -> 'columns' as columns
    from (select privileges from ai.declaration union all select privileges from ai.action) as x
    cross join lateral jsonb_array_elements(x.privileges) as p
  ),
  named as materialized (
    select r.relation
    from ai_private.relations_named(
      array(
        select code_template from ai.meta_actions
        union all select jsonb_build_array(steps, preconditions, post_actions)::text from ai.meta_actions
        union all select code from ai.hooks
        union all select condition from ai.hooks
        union all select definition::text from ai.policies
        union all select obj_description(d.relation, 'pg_class') from ai.declaration d
        union all select p.prosrc from pg_proc p join ai.hooks h on h.function is not null and p.oid = to_regprocedure(h.function || '(jsonb)')
        union all select p.prosrc from pg_trigger t join pg_proc p on p.oid = t.tgfoid where not t.tgisinternal
      ),
      array(select nspname::text from pg_namespace)) as r
  ),
  held as (
    select case c.relkind when 'S' then 'sequence' else 'table' end as kind, c.oid, format('%I.%I', n.nspname, c.relname) as name, h.attname as column_name, lower(x.privilege_type) as privilege
    from pg_class c
    join pg_namespace n on n.oid = c.relnamespace
    cross join lateral (select null::name, c.relacl union all select a.attname, a.attacl from pg_attribute a where a.attrelid = c.oid) as h (attname, acl)
    cross join lateral aclexplode(h.acl) as x
    where c.relkind in ('r', 'p', 'f', 'v', 'm', 'S') and x.grantee = 'ai_owner'::regrole and c.relowner <> 'ai_owner'::regrole
      and not starts_with(n.nspname, 'pg_') and n.nspname <> all ('{information_schema,ai,ai_private,ai_gen}')
    union all
    select 'function', p.oid, format('%I.%I(jsonb)', n.nspname, p.proname), null, 'execute'
    from pg_proc p
    join pg_namespace n on n.oid = p.pronamespace
    cross join lateral aclexplode(p.proacl) as x
    where x.grantee = 'ai_owner'::regrole and p.proowner <> 'ai_owner'::regrole and p.prokind = 'f' and p.pronargs = 1 and p.proargtypes[0] = 'jsonb'::regtype
      and not starts_with(n.nspname, 'pg_') and n.nspname <> all ('{information_schema,ai,ai_private,ai_gen}')
  ),
  -- a sequence belongs to the table whose default asks for it, which may be named as well as declared
  "left" as (
    select h.kind, h.name, h.privilege, string_agg(quote_ident(h.column_name), ', ' order by h.column_name) as columns
    from held h
    where not exists (
      select from needed n
      where n.kind = h.kind and n.name = h.name and n.privilege = h.privilege and (h.column_name is null or n.columns is null or n.columns ? h.column_name))
      and not exists (select from named r where r.relation = h.oid
        or h.kind = 'sequence' and exists (select from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = h.oid and d.refclassid = 'pg_class'::regclass and d.refobjid = r.relation))
      and not exists (select from ai.action a where h.kind = 'table' and h.oid = any (a.relations) and a.language <> 'steps')
    group by h.kind, h.name, h.privilege
  )
  select l.kind, l.name, string_agg(l.privilege || coalesce(' (' || l.columns || ')', ''), ', ' order by l.privilege) as privileges
  from "left" l
  group by l.kind, l.name
  order by l.kind desc, l.name`;

/** Grants that a declaration, a hook or an action has left behind. */
export const leftGrants = async (client: Client): Promise<Finding[]> => {
  const { rows } = await client.query<{ kind: string; name: string; privileges: string }>(LEFT);
  return rows.map(({ kind, name, privileges }) =>
    note(
      name,
      `ai_owner holds ${privileges}, and nothing that is declared needs it`,
      `where no SQL of your own does either: revoke ${privileges} on ${kind} ${name} from ai_owner`,
    ),
  );
};
