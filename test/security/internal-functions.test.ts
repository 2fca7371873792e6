import type pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest';
import { useDatabase } from '../support/database.ts';
import { compilePending, declare } from '../support/declare.ts';
import { mutate, refusal } from '../support/mutation.ts';

/**
 * Event triggers run as whoever issues the DDL, so some functions of ai_private can be executed by everybody. Whoever calls them by hand must
 * gain nothing: not take another's table out of force, not change what is in force, not run anything as ai_owner.
 */
const database = useDatabase();
const javascript = inject('server').javascript !== 'none';
let attacker: pg.Client;
let mallory: string;
let victim: string;

beforeAll(async () => {
  mallory = `${database.name}_mallory`;
  victim = `${database.name}_victim`;
  await database.query(
    `create role ${mallory}; create role ${victim}; grant ai_user to ${mallory}; grant ai_admin to ${victim}`,
  );
  await database.query(
    `create schema mal authorization ${mallory}; create schema vic authorization ${victim}; grant usage on schema vic to ${mallory}`,
  );
  await database.query(
    `create table vic.account (id int primary key, opened date default '2026-02-01', code text default 'a\\b', wait interval default '1 day -02:03')`,
  );
  await database.query(`alter table vic.account owner to ${victim}`);
  await declare(
    database,
    `comment on table vic.account is '{"operations": {"create": {"optional": "*"}, "fetch": true}, "roles": ["${victim}"]}'`,
  );
  await database.query(`create table canary (what text, who text); grant insert on canary to public`);
  attacker = await database.as(mallory);
});

afterAll(async () => {
  await attacker.end();
  await database.query(`drop owned by ${mallory}, ${victim}; drop role ${mallory}, ${victim}`);
});

const state = async () => [
  await database.query(
    `select relation::oid, qualified_name, fingerprint, state, problems from ai.declaration order by 1`,
  ),
  await database.query(
    `select relation::oid, operation, qualified_name, dispatch, state, function_name from ai.operation order by 1, 2`,
  ),
  await database.query(
    `select p.oid, p.proname, p.prosrc, p.proacl::text from pg_catalog.pg_proc p where p.pronamespace = 'ai_gen'::regnamespace order by 1`,
  ),
  await database.query('select count(*) from ai.revision'),
  await database.query('select * from ai_private.prepared'),
];

describe('on a table of somebody else', () => {
  const ACCOUNT = `'vic.account'::regclass`;
  const calls = [
    `ai_private.prepare(${ACCOUNT})`,
    `ai_private.prepare(${ACCOUNT}, true)`,
    `ai_private.declare_table(${ACCOUNT})`,
    `ai_private.declare_table(${ACCOUNT}, true)`,
    `ai_private.apply_prepared(${ACCOUNT})`,
    `ai_private.grant_missing(${ACCOUNT})`,
    `ai_private.recompile_quietly(${ACCOUNT})`,
    `ai_private.give_up(${ACCOUNT}, '[{"severity": "error", "reason": "mine"}]')`,
    `ai_private.give_up('canary'::regclass, '[]')`,
    `ai_private.prepare('canary'::regclass, true)`,
    `ai_private.prepare(0)`,
    `ai_private.apply_prepared(0)`,
    `ai_private.declare_table(null)`,
  ];
  // What changes how PostgreSQL prints names and values must not make another declaration of the same table.
  const settings = [
    '',
    'set quote_all_identifiers = on',
    `set datestyle = 'SQL, DMY'`,
    `set intervalstyle = 'sql_standard'`,
    `set timezone = 'Asia/Tokyo'`,
    'set standard_conforming_strings = off',
    'set search_path = mal, vic',
    'set default_transaction_isolation = serializable',
    'set default_transaction_read_only = off',
  ];
  test.each(settings.flatMap((setting) => calls.map((call) => [call, setting] as const)))(
    '%s changes nothing; %s',
    async (call, setting) => {
      const before = await state();
      if (setting !== '') await attacker.query(setting);
      // Refusing is as good as doing nothing.
      await attacker.query(`select ${call}`).catch(() => {});
      await attacker.query('reset all');
      expect(await state()).toEqual(before);
    },
  );

  test('the operations still work', async () => {
    expect(await mutate(database, 'create', 'vic.account', { id: 1 })).toEqual({
      id: 1,
      opened: '2026-02-01',
      code: 'a\\b',
      wait: '1 day -02:03:00',
    });
  });

  test('nobody is made to wait by preparing what is current', async () => {
    await attacker.query('begin');
    await attacker.query(`select ai_private.prepare(${ACCOUNT}, true)`);
    const owner = await database.as(victim);
    await owner.query(`set lock_timeout = '5s'`);
    await owner.query('alter table vic.account add column extra int');
    await attacker.query('rollback');
    await owner.query('alter table vic.account drop column extra');
    if (!javascript) await compilePending(database);
    await owner.end();
  });
});

describe('a table whose owner is no member of ai_admin', () => {
  const DECLARATION = `{"operations": {"create": {"defaults": {"b": "x"}}}}`;
  // Each of these runs as ai_owner as soon as the declaration is in force, or even tried.
  beforeEach(async () => {
    await database.query('truncate canary');
    await attacker.query(`
      create or replace function mal.spy() returns boolean language plpgsql as $$
      begin insert into public.canary values ('spy', current_user); return true; end $$;
      create domain mal.watched as text check (mal.spy());
      create table mal.trap (id int primary key, b mal.watched default 'd')`);
  });
  const clear = () => attacker.query('drop table mal.trap; drop domain mal.watched');

  const stages = {
    'the comment itself': (comment: string) => [comment],
    'a comment that hides its key': (comment: string) => [comment.replace('operations', '\\u006fperations')],
    'a comment made unseen, then DDL': (comment: string) => [
      `set check_function_bodies = off; ${comment}; reset check_function_bodies`,
      'alter table mal.trap add column c int',
    ],
    'a comment made unseen, then the functions by hand': (comment: string) => [
      `set check_function_bodies = off; ${comment}; reset check_function_bodies`,
      `select ai_private.declare_table('mal.trap'::regclass)`,
    ],
  };
  test.each(Object.entries(stages))('is not put in force by %s', async (_, steps) => {
    for (const step of steps(`comment on table mal.trap is '${DECLARATION}'`))
      await attacker.query(step).catch(() => {});
    if (!javascript) await compilePending(database).catch(() => {});
    expect(await database.query(`select * from ai.operation where qualified_name = 'mal.trap'`)).toEqual([]);
    expect(await database.query(`select * from canary where who = 'ai_owner'`)).toEqual([]);
    await clear();
  });

  test('is not put in force by a superuser either, who is told what to grant', async () => {
    const { code, message } = await refusal(declare(database, `comment on table mal.trap is '${DECLARATION}'`));
    expect(code).toBe('PI001');
    expect(message).toContain(`grant ai_admin to ${mallory}`);
    expect(await database.query(`select * from canary where who = 'ai_owner'`)).toEqual([]);
    await clear();
  });

  test('goes out of force when it comes to belong to such an owner, and back', async () => {
    await database.query(`create table vic.sold (id int primary key); alter table vic.sold owner to ${victim}`);
    await declare(database, `comment on table vic.sold is '{"operations": {"create": true}}'`);
    await database.query(`alter table vic.sold owner to ${mallory}`);
    expect((await refusal(mutate(database, 'create', 'vic.sold', { id: 1 }))).code).toMatch(/^PI00[23]$/);
    await declare(database, `alter table vic.sold owner to ${victim}`);
    expect(await mutate(database, 'create', 'vic.sold', { id: 1 })).toEqual({ id: 1 });
    await database.query('drop table vic.sold');
    await clear();
  });

  test('nor when a partition of it does', async () => {
    await database.query(
      `create table vic.parts (id int primary key) partition by list (id); create table mal.part partition of vic.parts for values in (1);
       alter table vic.parts owner to ${victim}; alter table mal.part owner to ${mallory}`,
    );
    const { message } = await refusal(
      declare(database, `comment on table vic.parts is '{"operations": {"create": true}}'`),
    );
    expect(message).toContain(mallory);
    await database.query('drop table vic.parts');
    await clear();
  });

  test('may still be altered and commented on like any other', async () => {
    await attacker.query(
      `comment on table mal.trap is 'plain'; alter table mal.trap rename column b to d; alter table mal.trap add unique (d)`,
    );
    await attacker.query(
      `comment on table mal.trap is '{"other": "tool"}'; comment on table mal.trap is null; create index on mal.trap (d)`,
    );
    await clear();
  });
});

describe('what ai_owner has on behalf of a table', () => {
  test('is nothing that the table’s owner lacks, even when a superuser declares', async () => {
    await database.query(`create schema vault; create sequence vault.numbers`);
    await database.query(
      `create table vic.thief (id int primary key, n bigint default nextval('vault.numbers')); alter table vic.thief owner to ${victim}`,
    );
    const { code, everything } = await refusal(
      declare(database, `comment on table vic.thief is '{"operations": {"create": true}}'`),
    );
    expect([code, everything]).toEqual([
      '42501',
      expect.stringContaining('grant usage on sequence vault.numbers to ai_owner'),
    ]);
    const [row] = await database.query(
      `select has_schema_privilege('ai_owner', 'vault', 'usage') as s, has_sequence_privilege('ai_owner', 'vault.numbers', 'usage') as n`,
    );
    expect(row).toEqual({ s: false, n: false });
    await database.query('drop table vic.thief; drop schema vault cascade');
  });

  test('is granted by statements that are built from names, whatever stands in the compiled text', async () => {
    await database.query(`create table vic.bent (id int primary key); alter table vic.bent owner to ${victim}`);
    await declare(database, `comment on table vic.bent is '{"operations": {"fetch": true}}'`);
    for (const [on, name, privilege] of [
      ['schema', `public to ai_owner; create table public.pwned()--`, 'usage'],
      ['table', `vic.bent to ai_owner; create table public.pwned()--`, 'select'],
      ['sequence', `s to ai_owner; create table public.pwned()--`, 'usage'],
      ['table', 'public.canary', 'delete'],
      ['table', 'vic.bent', `select on public.canary to ai_owner; create table public.pwned()--`],
      ['table; create table public.pwned()--', 'vic.bent', 'select'],
    ]) {
      await database.query(`update ai.declaration set privileges = $1 where qualified_name = 'vic.bent'`, [
        JSON.stringify([{ on, name, privilege }]),
      ]);
      await database.query(`select ai_private.grant_missing('vic.bent'::regclass)`).catch(() => {});
      expect(
        await database.query(
          `select to_regclass('public.pwned') as there, has_table_privilege('ai_owner', 'canary', 'delete') as may`,
        ),
      ).toEqual([{ there: null, may: false }]);
    }
    await database.query('drop table vic.bent');
  });
});

describe('the recorder of audit rows', () => {
  const RECORD = `ai_private.record('vic.account', 'create', '{"id": 1}', 'somebody else', 'x', null, '{}', 1)`;
  const KEYS = [
    `ai_private.claim_key('k', 'r')`,
    `ai_private.keep_answer('k', '{}')`,
    `ai_private.plan_as_owner(0, '{}', '{}')`,
    `ai_private.count_error('vic.account', 'create', null, 'PI100')`,
  ];
  const wrappers: Record<string, string> = {
    'by itself': `select %s`,
    'from a DO block': `do $$ declare x text; begin x := %s::text; end $$`,
    'by PERFORM': `do $$ begin perform %s; end $$`,
    'by EXECUTE': `do $$ begin execute $q$ select %s -- PL/pgSQL function ai_gen.vic__account__create__json(jsonb,jsonb) line 1 $q$; end $$`,
    'after a line that looks like a caller': `select\n'\nPL/pgSQL function ai_gen.x(jsonb,jsonb) line 3 at assignment\n' || %s::text`,
    'from an SQL function': `create or replace function mal."ai_gen.sql"() returns text language sql volatile as $f$ select %s::text $f$; select mal."ai_gen.sql"()`,
    'from a function named like a generated one': `create or replace function mal."ai_gen.x"() returns text language plpgsql as $f$ declare x text; begin x := %s::text; return x; end $f$;
      set search_path = mal; select "ai_gen.x"()`,
    'from a function with a line end in its name': `create or replace function mal."x\nPL/pgSQL function ai_gen.x"() returns text language plpgsql as $f$ declare x text; begin x := %s::text; return x; end $f$;
      set search_path = mal; select "x\nPL/pgSQL function ai_gen.x"()`,
    'from a schema named alike': `create or replace function aixgen.f() returns text language plpgsql as $f$ declare x text; begin x := %s::text; return x; end $f$; select aixgen.f()`,
    'from a schema named alike, strings read the old way': `set standard_conforming_strings = off;
      create or replace function aixgen.f() returns text language plpgsql as $f$ declare x text; begin x := %s::text; return x; end $f$; select aixgen.f()`,
    'from a trigger': `create table if not exists mal.fired (id int); create or replace function mal.on_fired() returns trigger language plpgsql as $f$ declare x text; begin x := %s::text; return new; end $f$;
      create or replace trigger t before insert on mal.fired for each row execute function mal.on_fired(); insert into mal.fired values (1)`,
  };
  beforeAll(async () => {
    await database.query(`create schema aixgen authorization ${mallory}`);
  });
  test.each(
    Object.entries(wrappers).flatMap(([how, sql]) =>
      [RECORD, ...KEYS].map((call) => [call.slice(0, call.indexOf('(')), how, sql.replace('%s', () => call)] as const),
    ),
  )('%s cannot be called %s', async (_, __, sql) => {
    // A session of its own: PL/pgSQL reads its functions once, under the settings of that moment.
    const client = await database.as(mallory);
    const { code } = await refusal(client.query(sql));
    expect(code).toBe('42501');
    await client.end();
    expect(await database.query(`select * from ai.audit_log where actor = 'somebody else'`)).toEqual([]);
  });

  test('a default or CHECK that would call it from inside a generated function is refused', async () => {
    await database.query(
      `create table vic.forger (id int primary key, b text default ${RECORD}); alter table vic.forger owner to ${victim}`,
    );
    const { code, message } = await refusal(
      declare(
        database,
        `comment on table vic.forger is '{"operations": {"create": {"optional": ["b"], "security": "invoker"}}}'`,
      ),
    );
    expect([code, message]).toEqual(['PI001', expect.stringContaining('ai_private')]);
    await database.query('drop table vic.forger');
  });
});
