import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { useDatabase } from '../support/database.ts';
import { declare } from '../support/declare.ts';
import { refusal } from '../support/mutation.ts';

/**
 * Who may do what, object by object. The matrix is introspected from the installed database and compared with acl-matrix.txt, so an object
 * that is new fails here until somebody has decided: look at the difference, then run this file with "-u".
 */
const database = useDatabase();
const MEMBERS = ['nobody', 'ai_user', 'ai_worker', 'ai_admin'] as const;
type Who = (typeof MEMBERS)[number] | 'table owner';
const roles = {} as Record<Who, string>;

beforeAll(async () => {
  for (const who of [...MEMBERS, 'table owner'] as const) {
    const role = `${database.name}_${who.replace(/^ai_| /, '')}`;
    roles[who] = role;
    await database.query(`create role ${role}`);
    if (who.startsWith('ai_')) await database.query(`grant ${who} to ${role}`);
  }
  // A table that declares, owned by a member of ai_admin, and callable by one role only.
  await database.query(
    `create schema shop; create table shop.item (id int primary key, name text); create table shop.plain (id int primary key)`,
  );
  await declare(
    database,
    `comment on table shop.item is '{"operations": {"create": {"optional": ["name"]}, "fetch": true}, "roles": ["${roles.ai_user}"]}'`,
  );
  await database.query(`create schema own authorization "${roles['table owner']}"`);
});

afterAll(async () => {
  await database.query(`drop owned by ${Object.values(roles).join(', ')}`);
  await database.query(`drop role ${Object.values(roles).join(', ')}`);
});

const as = async <T>(who: Who, work: (client: pg.Client) => Promise<T>): Promise<T> => {
  const client = await database.as(roles[who]);
  try {
    return await work(client);
  } finally {
    await client.end();
  }
};

const line = (kind: string, name: string, cells: readonly string[]): string =>
  `${kind.padEnd(9)} ${name.padEnd(76)} ${cells.map((cell) => cell.padEnd(14)).join(' ')}`.trimEnd();

test('every object of ai, ai_private and ai_gen gives each role just what the matrix says', async () => {
  const columns = [...MEMBERS.map((who) => roles[who]), 'ai_owner'];
  const objects = await database.query<{ kind: string; name: string; cells: string[] }>(
    `with object as (
       select 'schema' as kind, n.oid, n.nspname::text as name, array['usage', 'create'] as words
         from pg_catalog.pg_namespace n where n.nspname in ('ai', 'ai_private', 'ai_gen')
       union all
       select 'function', p.oid, p.oid::regprocedure::text, array['execute']
         from pg_catalog.pg_proc p
         where p.pronamespace in ('ai'::regnamespace, 'ai_private'::regnamespace) and p.proname not in ('compile_text', 'run_javascript', 'prepare_javascript')
       union all
       select case when c.relkind = 'S' then 'sequence' else 'table' end, c.oid, c.oid::regclass::text,
         case when c.relkind = 'S' then array['usage', 'select', 'update'] else array['select', 'insert', 'update', 'delete', 'truncate', 'references', 'trigger'] end
         from pg_catalog.pg_class c
         where c.relnamespace in ('ai'::regnamespace, 'ai_private'::regnamespace, 'ai_gen'::regnamespace) and c.relkind in ('r', 'p', 'v', 'm', 'S', 'f')
     )
     select o.kind, o.name, array(
         select coalesce((
           select string_agg(left(w, case o.kind when 'table' then 3 else 4 end), ' ')
           from unnest(o.words) as w
           where case o.kind
             when 'schema' then has_schema_privilege(r.role, o.oid, w)
             when 'function' then has_function_privilege(r.role, o.oid, w)
             when 'sequence' then has_sequence_privilege(r.role, o.oid, w)
             else has_table_privilege(r.role, o.oid, w) or w in ('select', 'insert', 'update', 'references') and has_any_column_privilege(r.role, o.oid, w)
           end), '-')
         from unnest($1::text[]) with ordinality as r (role, position) order by r.position) as cells
     from object o
     order by array_position(array['schema', 'table', 'sequence', 'function'], o.kind), o.name collate "C"`,
    [columns],
  );
  const text = [
    line('kind', 'object', [...MEMBERS, 'ai_owner']),
    ...objects.map(({ kind, name, cells }) => line(kind, name, cells)),
    '',
  ].join('\n');
  await expect(text).toMatchFileSnapshot('./acl-matrix.txt');
});

test('a table owner without a role of pg_ai has no more than nobody', async () => {
  const rows = await database.query(
    `select p.oid::regprocedure::text as name from pg_catalog.pg_proc p
      where p.pronamespace in ('ai'::regnamespace, 'ai_private'::regnamespace, 'ai_gen'::regnamespace)
        and has_function_privilege($1, p.oid, 'execute') <> has_function_privilege($2, p.oid, 'execute')`,
    [roles.nobody, roles['table owner']],
  );
  expect(rows).toEqual([]);
});

test('generated functions can be executed by the roles of the declaration and by their owner, and by nobody else', async () => {
  const rows = await database.query<{ name: string; who: string[] }>(
    `select p.proname::text as name, array(
        select case when a.grantee = 0 then 'public' else a.grantee::regrole::text end
        from pg_catalog.aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) as a order by 1) as who
      from pg_catalog.pg_proc p where p.pronamespace = 'ai_gen'::regnamespace and p.proname like 'shop\\_\\_%' order by 1`,
  );
  expect(rows.length).toBeGreaterThanOrEqual(4);
  for (const row of rows) expect(row, row.name).toEqual({ name: row.name, who: ['ai_owner', roles.ai_user].sort() });
  const routers = await database.query<{ who: string[] }>(
    `select distinct array(
        select case when a.grantee = 0 then 'public' else a.grantee::regrole::text end
        from pg_catalog.aclexplode(p.proacl) as a order by 1) as who
      from pg_catalog.pg_proc p where p.pronamespace = 'ai_gen'::regnamespace and p.proname ~ '^route'`,
  );
  expect(routers).toEqual([{ who: ['ai_admin', 'ai_owner', 'ai_user'] }]);
});

describe('calling', () => {
  const CREATE = `select ai.generate_mutation('create', 'shop.item', '{"id": 1}')`;
  const refused = [
    ['nobody', CREATE],
    ['ai_worker', CREATE],
    // may call mutations, but not this one
    ['ai_admin', CREATE],
    ['table owner', CREATE],
    ['nobody', `select ai.describe()`],
    ['nobody', `select ai.compile()`],
    ['ai_user', `select ai.compile()`],
    ['ai_user', `select ai.attach_javascript()`],
    ['ai_admin', `select ai.attach_javascript()`],
    ['ai_admin', `select ai_private.store_prepared('shop.item'::regclass, 'x', '{}')`],
    ['ai_user', `select ai_private.store_prepared('shop.item'::regclass, 'x', '{}')`],
    ['ai_user', `select ai_private.put_in_force(0, '', '', '{}', '{}')`],
    ['ai_admin', `select ai_private.create_functions('{}')`],
    ['ai_worker', `select ai_private.forget(0)`],
    ['ai_admin', `select ai_private.write_route('route', '{}', '{}', true)`],
    ['ai_user', `insert into ai.audit_log (relation, operation, actor, fingerprint) values ('x', 'x', 'x', 'x')`],
    ['ai_admin', `insert into ai.audit_log (relation, operation, actor, fingerprint) values ('x', 'x', 'x', 'x')`],
    ['ai_admin', `delete from ai.audit_log`],
    ['ai_admin', `update ai.audit_log set actor = 'x'`],
    ['ai_admin', `truncate ai.audit_log`],
    ['ai_worker', `select * from ai.audit_log`],
    ['ai_user', `select * from ai.event_log`],
    ['ai_worker', `delete from ai.event_log`],
    ['ai_admin', `update ai.operation set roles = '{public}'`],
    ['ai_admin', `insert into ai_private.prepared values (0, '', '{}')`],
    ['ai_worker', `insert into ai_private.prepared values (0, '', '{}')`],
    ['ai_admin', `update ai_private.javascript set source = ''`],
    ['ai_worker', `update ai_private.message set template = ''`],
    ['ai_user', `create function ai_gen.route_9() returns int language sql as 'select 1'`],
    ['ai_admin', `create function ai_gen.route_9() returns int language sql as 'select 1'`],
    ['ai_worker', `create table ai_private.mine (id int)`],
    ['ai_user', `select nextval('ai_private.dispatch')`],
    ['ai_user', `select setval('ai.audit_id', 1)`],
    ['ai_admin', `do 'begin lock table ai_private.prepared; end'`],
    ['ai_user', `set role ai_owner`],
    ['ai_admin', `set role ai_owner`],
    ['ai_worker', `set role ai_owner`],
  ] as const;
  test.each(refused)('%s is refused: %s', async (who, sql) => {
    const { code } = await refusal(as(who, (client) => client.query(sql)));
    expect(code).toBe('42501');
  });

  test('the role of the declaration and a superuser may call', async () => {
    await as('ai_user', async (client) => {
      expect((await client.query(`${CREATE} as answer`)).rows).toEqual([{ answer: { id: 1, name: null } }]);
    });
    expect(await database.query(`select ai.generate_mutation('fetch', 'shop.item', '{"id": 1}') as answer`)).toEqual([
      { answer: { id: 1, name: null } },
    ]);
  });

  test('the compiler in the database is for ai_owner alone', async () => {
    const rows = await database.query<{ who: string[] }>(
      `select array(select case when a.grantee = 0 then 'public' else a.grantee::regrole::text end from pg_catalog.aclexplode(p.proacl) as a
                    where a.grantee <> p.proowner) as who
         from pg_catalog.pg_proc p where p.oid = to_regprocedure('ai_private.compile_text(text)')`,
    );
    expect(rows).toEqual(inject('server').javascript === 'none' ? [] : [{ who: ['ai_owner'] }]);
  });
});
