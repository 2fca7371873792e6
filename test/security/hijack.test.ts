import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest';
import { useDatabase } from '../support/database.ts';
import { declare } from '../support/declare.ts';
import { mutate, refusal } from '../support/mutation.ts';
import { needs } from '../support/needs.ts';

/** What a caller's session brings along (a search_path, a setting, a function of the table) must not run where it is not meant to. */
const database = useDatabase();
const server = inject('server');
let victim: string;

beforeAll(async () => {
  victim = `${database.name}_victim`;
  await database.query(
    `create role ${victim}; grant ai_user, ai_admin, ai_worker to ${victim}; grant create on schema public to ${victim}`,
  );
  await database.query(`create table canary (what text, who text); grant insert on canary to public`);
  await database.query(`create schema evil; grant usage on schema evil to public`);
  await database.query(`create function evil.bite(what text) returns void language plpgsql volatile as $$
    begin insert into public.canary values (what, current_user); end $$`);
});
beforeEach(() => database.query('truncate canary'));
afterAll(async () => {
  await database.query(`drop owned by ${victim}; drop role ${victim}`);
});

const bites = () => database.query('select distinct what, who from canary order by 1, 2');

describe('a search_path of the caller’s', () => {
  beforeAll(async () => {
    // Everything that the machinery uses, under the same name: it works as the real one, and tells that it was called.
    const operators: readonly (readonly [string, string, string])[] = [
      ...['=', '<>', '<', '>', '<=', '>='].flatMap((op) =>
        ['text', 'int4', 'oid', 'jsonb', 'int8'].map((type) => [op, type, type] as const),
      ),
      ['=', 'regclass', 'oid'],
      ['=', 'oid', 'regclass'],
      ['~', 'text', 'text'],
      ['!~', 'text', 'text'],
      ['~~', 'text', 'text'],
      ['->', 'jsonb', 'text'],
      ['->>', 'jsonb', 'text'],
      ['-', 'jsonb', 'text[]'],
      ['?', 'jsonb', 'text'],
      ['||', 'jsonb', 'jsonb'],
      ['||', 'text', 'text'],
      ['+', 'int4', 'int4'],
    ];
    let n = 0;
    for (const [op, left, right] of operators) {
      const [row] = await database.query<{ result: string }>(
        `select format_type(o.oprresult, null) as result from pg_catalog.pg_operator o
          where o.oprname = $1 and o.oprnamespace = 'pg_catalog'::regnamespace
          order by (o.oprleft = $2::regtype and o.oprright = $3::regtype) desc limit 1`,
        [op, left, right],
      );
      const result = row?.result ?? 'boolean';
      const cast = left === 'regclass' || right === 'regclass' ? ['$1::oid', '$2::oid'] : ['$1', '$2'];
      await database.query(`
        create function evil.op${++n}(${left}, ${right}) returns ${result} language plpgsql volatile as $f$
          begin perform evil.bite(${pg.escapeLiteral(`${op}(${left}, ${right})`)}); return ${cast[0]} operator(pg_catalog.${op}) ${cast[1]}; end $f$;
        create operator evil.${op} (function = evil.op${n}, leftarg = ${left}, rightarg = ${right})`);
    }
    for (const call of [
      'to_regclass(text) returns regclass',
      'strpos(text, text) returns integer',
      'jsonb_typeof(jsonb) returns text',
      'current_setting(text, boolean) returns text',
      'pg_has_role(name, text, text) returns boolean',
      'obj_description(oid, name) returns text',
      'format(text) returns text',
      'md5(text) returns text',
      'set_config(text, text, boolean) returns text',
      'current_schemas(boolean) returns name[]',
      'pg_event_trigger_ddl_commands() returns setof record',
      'jsonb_array_elements(jsonb) returns setof jsonb',
    ]) {
      const name = call.slice(0, call.indexOf('('));
      await database.query(
        `create function evil.${call} language plpgsql volatile as $f$ begin perform evil.bite('${name}()'); return${call.includes('setof') ? '' : ' null'}; end $f$`,
      );
    }
    await database.query(
      `create function evil.bites(v pg_catalog.text) returns boolean language plpgsql volatile as $f$ begin perform evil.bite('a type'); return true; end $f$`,
    );
    for (const type of ['text', 'jsonb', 'name', 'oid', 'regclass', 'record_']) {
      await database.query(
        `create domain evil.${type} as pg_catalog.${type === 'record_' ? 'text' : type} check (evil.bites('${type}'::pg_catalog.text))`,
      );
    }
    for (const table of ['operation', 'declaration', 'prepared', 'pg_class', 'pg_proc', 'audit_log', 'message']) {
      await database.query(`create view evil.${table} as select evil.bite('${table}')::text as bitten`);
    }
    await database.query(
      `grant execute on all functions in schema evil to public; grant select on all tables in schema evil to public`,
    );
    await database.query(
      `create table target (id int primary key, name text, tags text[], j jsonb); alter table target owner to ${victim}`,
    );
  });

  const paths = [
    'evil, pg_catalog, public',
    'evil, public',
    'public, evil',
    'evil, pg_temp, pg_catalog, public',
    'pg_temp, evil, pg_catalog, public',
    'pg_catalog, evil, public',
    '',
  ];
  test.each(paths)('"%s" changes nothing for calls, for asking and for DDL', async (path) => {
    const made = `${path === '' ? '' : 'public.'}made`;
    const client = await database.as(victim);
    await declare(
      database,
      `comment on table target is '{"operations": {"create": {"optional": "*"}, "update": {"optional": "*"}, "upsert": {"optional": "*"}, "fetch": true, "delete": true}}'`,
    );
    await client.query(
      `create temporary table operation (x int); create temporary table pg_class (x int); create temporary table audit_log (x int)`,
    );
    await client.query(`select pg_catalog.set_config('search_path', $1, false)`, [path]);
    // Parameters, not operators: what the victim writes in its own statement is its own affair.
    const call = async (sql: string, ...values: unknown[]) => (await client.query(sql, values)).rows;
    const table = 'public.target';
    await call('select ai.generate_mutation($1, $2, $3)', 'create', table, { id: 1, name: 'n', tags: ['a'], j: {} });
    await call('select ai.generate_mutation($1, $2, $3, $4)', 'update', table, { id: 1 }, { set_default: ['name'] });
    await call('select ai.generate_mutation($1, $2, $3)', 'upsert', table, { id: 1, name: 'm' });
    await call('select ai.generate_mutation($1, $2, $3)', 'fetch', '"public".target', { id: 1 });
    await call('select ai.generate_mutations($1, $2, $3)', 'create', table, JSON.stringify([{ id: 2 }]));
    await call('select ai.explain_mutation($1, $2, $3)', 'delete', table, { id: 2 });
    await call('select ai.describe($1)', table);
    await call('select ai.history($1, $2)', table, { id: 1 });
    // without a compiler in the database, compiling anew would only make the table wait for one
    await call('select ai.compile($1, $2)', table, server.javascript !== 'none');
    await call('select ai.seal_audit()');
    await call('select ai.verify_audit()');
    expect(
      (await refusal(call('select ai.generate_mutation($1, $2, $3)', 'create', table, { id: 'x', no: 1 }))).code,
    ).toBe('PI100');
    expect((await refusal(call('select ai.generate_mutation($1, $2, $3)', 'create', table, { id: 1 }))).code).toBe(
      '23505',
    );
    expect((await refusal(call('select ai.generate_mutation($1, $2, $3)', 'nothing', table, {}))).code).toBe('PI101');
    if (server.javascript !== 'none') {
      await call(`create table public.made (id pg_catalog.int4 primary key)`);
      await call(`comment on table public.made is '{"operations": {"create": true}}'`);
      await call(`alter table public.made add column extra pg_catalog.int4`);
      await call('select ai.generate_mutation($1, $2, $3)', 'create', 'public.made', { id: 1 });
      await call('drop table public.made');
    }
    await call('select ai.generate_mutation($1, $2, $3)', 'delete', table, { id: 1 });
    await database.query('delete from target');
    await client.end();
    expect(await bites(), made).toEqual([]);
  });

  test('that is empty of the table finds nothing, and a temporary table of the same name is not taken for it', async () => {
    const client = await database.as(victim);
    await client.query('create temporary table target (id int)');
    expect((await refusal(mutate(client, 'fetch', 'target', { id: 1 }))).code).toBe('PI101');
    expect(await mutate(client, 'fetch', 'public.target', { id: 1 })).toEqual({});
    await client.end();
  });

  test('a declaration on a temporary table is nobody’s business', async () => {
    const client = await database.as(victim);
    await client.query(
      `create temporary table brief (id int primary key); comment on table brief is '{"operations": {"create": true}}'`,
    );
    await client.query('select ai.compile()');
    expect(await database.query(`select * from ai.operation where qualified_name like 'pg_temp%'`)).toEqual([]);
    await client.end();
  });
});

describe('a start_proc of the caller’s', () => {
  needs(server.javascript !== 'none', 'this server has no JavaScript language: install plv8 or pljs');
  const language = server.javascript;

  /** A session whose JavaScript would begin with the attacker's function; it says each time that it ran, and as whom. */
  const attack = async (role: string) => {
    const client = await database.as(role);
    const ran: string[] = [];
    client.on('notice', (notice) => {
      if (notice.message?.includes('start_proc ran')) ran.push(notice.message);
    });
    await client.query(`set ${language}.start_proc = 'public.begin_here'`);
    return { client, ran };
  };
  beforeAll(async () => {
    if (language === 'none') return;
    await database.query(
      `create function begin_here() returns void language ${language} as $$ ${language}.elog(NOTICE, 'start_proc ran') $$`,
    );
    await database.query(`create function script() returns text language ${language} as $$ return 'done' $$`);
    await database.query(
      `create table scripted (id int primary key, name text default public.script()); grant usage on language ${language} to public`,
    );
    await database.query(
      `create function stamp() returns trigger language ${language} as $$ NEW.name = 'stamped'; return NEW $$`,
    );
    await database.query(`create trigger stamp before insert on scripted for each row execute function stamp()`);
    await database.query(`create table stamped (id int primary key, name text)`);
    await database.query(`create trigger stamp before insert on stamped for each row execute function stamp()`);
    await declare(database, `comment on table stamped is '{"operations": {"create": {"optional": "*"}}}'`);
    await declare(
      database,
      `comment on table scripted is '{"operations": {"create": {"optional": "*"}, "fetch": true}}'`,
    );
    await database.query(`create table own (id int primary key); alter table own owner to ${victim}`);
  });

  test('runs in JavaScript of the caller’s own: the attack is a real one', async () => {
    const { client, ran } = await attack(victim);
    await client.query('select script()');
    expect(ran).toHaveLength(1);
    await client.end();
  });

  test('does not run when a declaration is compiled', async () => {
    const { client, ran } = await attack(victim);
    await client.query(`comment on table own is '{"operations": {"create": true}}'`);
    await client.query('alter table own add column c int');
    await client.query(`select ai.compile('own', true)`);
    await client.query('drop table own');
    expect(ran).toEqual([]);
    await client.end();
  });

  test('does not run before the JavaScript of a table whose operation is called', async () => {
    for (const sql of [
      `select ai.generate_mutation('create', 'scripted', '{"id": 1}')`,
      `select ai.generate_mutation('create', 'scripted', '{"id": 7, "name": "given"}')`,
      `select ai.generate_mutation('create', 'stamped', '{"id": 1, "name": "given"}')`,
      `select ai_gen.scripted__create(2)`,
      `select ai_gen.scripted__create(8, 'given')`,
      `select ai.generate_mutations('create', 'scripted', '[{"id": 3}, {"id": 4}]')`,
      `select ai.explain_mutation('create', 'scripted', '{"id": 5}')`,
      `select ai.generate_mutation('create', 'scripted', '{"id": 6}', '{"dry_run": true}')`,
    ]) {
      const { client, ran } = await attack(victim);
      await client.query(sql);
      expect(ran, sql).toEqual([]);
      await client.end();
    }
    expect(await database.query('select name from scripted where id = 1')).toEqual([{ name: 'stamped' }]);
  });

  test('what a role’s JavaScript does to the language’s own objects does not reach the compiler', async () => {
    const client = await database.as(victim);
    await database.query(
      `create table polluted (id int primary key, name text default 'x'); alter table polluted owner to ${victim}`,
    );
    await client.query(`create function pollute() returns text language ${language} as $$
      Array.prototype.map = function () { return ['evil'] }; String.prototype.replaceAll = function () { return "';--" };
      JSON.parse = function () { return {} }; Object.defineProperty(Object.prototype, 'declares', { get: function () { return true } }); return 'done' $$`);
    await client.query('select pollute()');
    await client.query(`comment on table polluted is '{"operations": {"create": {"optional": ["name"]}}}'`);
    expect(await mutate(client, 'create', 'polluted', { id: 1 })).toEqual({ id: 1, name: 'x' });
    await client.query('drop table polluted; drop function pollute()');
    await client.end();
  });
});

describe('functions of the table that run inside its operation', () => {
  const run = async (body: string): Promise<string> => {
    await database.query(`drop table if exists inner_one, other_one`);
    await database.query(`create table other_one (id int primary key)`);
    await database.query(
      `create or replace function meddle() returns trigger language plpgsql as $f$ begin ${body} return new; end $f$`,
    );
    await database.query(`create table inner_one (id int primary key, name text)`);
    await database.query(`create trigger meddle before insert on inner_one for each row execute function meddle()`);
    await declare(database, `comment on table inner_one is '{"operations": {"create": {"optional": "*"}}}'`);
    await declare(database, `comment on table other_one is '{"operations": {"create": true}}'`);
    const client = await database.as(victim);
    await client.query(`set search_path = public; set pg_ai.actor = 'me'`);
    const outcome = await mutate(client, 'create', 'inner_one', { id: 1 }).then(
      () => 'done',
      (error: pg.DatabaseError) => error.code ?? '?',
    );
    // Whatever happened in there, the caller is who it was and where it was.
    const { rows } = await client.query(
      `select current_user::text as who, session_user::text as session, current_setting('search_path') as path`,
    );
    expect(rows).toEqual([{ who: victim, session: victim, path: 'public' }]);
    await client.end();
    const [counts] = await database.query<{ rows: number; audit: number; events: number }>(
      `select (select count(*)::int from inner_one) as rows, (select count(*)::int from ai.audit_log where relation = 'public.inner_one') as audit,
         (select count(*)::int from ai.event_log where entity = 'public.inner_one') as events`,
    );
    const kept = outcome === 'done' ? 1 : 0;
    expect(counts?.rows).toBe(kept);
    expect(counts?.audit).toBe(counts?.events);
    return outcome;
  };
  beforeAll(() => database.query(`grant create on schema public to ${victim}`));

  test.each([
    // Its owner is a member of ai_admin, who may write code that runs as ai_owner; actions call operations this way.
    ['call another operation', `perform ai.generate_mutation('create', 'public.other_one', '{"id": 1}');`, 'done'],
    [
      'call another operation’s recorder',
      `perform ai_private.record('public.other_one', 'create', '{}', 'x', 'x', null, '{}', 1);`,
      '42501',
    ],
    ['become another role', `set local role postgres;`, '42501'],
    ['take off the role', `reset role;`, '42501'],
    ['set the session user', `set session authorization default;`, '42501'],
    [
      'replace what the installer owns',
      `create or replace function ai_private.called_by(stack text, caller text) returns boolean language sql as 'select true';`,
      '42501',
    ],
    ['create in the API’s schema', `create function ai.mine() returns int language sql as 'select 1';`, '42501'],
    ['change what is audited', `update ai.audit_log set actor = 'x';`, '42501'],
    ['delete what is audited', `delete from ai.audit_log;`, '42501'],
    ['change the compiler', `update ai_private.javascript set source = '';`, '42501'],
    ['raise an error of their own', `raise exception using errcode = 'XYZ12', message = 'mine';`, 'XYZ12'],
    [
      'raise an error like pg_ai’s',
      `raise exception using errcode = 'PI100', message = 'mine', detail = 'not json';`,
      'PI100',
    ],
    ['raise a broken constraint', `raise integrity_constraint_violation;`, '23000'],
    ['raise a unique violation without a constraint', `raise unique_violation;`, '23505'],
    ['return nothing', `return null;`, 'PI105'],
    ['change the search_path', `set local search_path = evil, pg_catalog;`, 'done'],
    [
      'change settings that alter texts',
      `set local datestyle = 'SQL, DMY'; set local quote_all_identifiers = on;`,
      'done',
    ],
    ['open a subtransaction that fails', `begin raise division_by_zero; exception when others then null; end;`, 'done'],
  ])('cannot do more than they may, and what they do is all or nothing: %s', async (_, body, expected) => {
    expect(await run(body)).toBe(expected);
  });
});
