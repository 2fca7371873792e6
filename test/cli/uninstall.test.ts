import { afterAll, beforeAll, expect, test } from 'vitest';
import { catalogDump } from '../support/catalog-dump.ts';
import { runCli } from '../support/cli.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { declare } from '../support/declare.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createDatabase();
  await declare(
    await database.client(),
    `create table shop (id serial primary key, name text);
     comment on table shop is '{"operations": {"create": {"optional": "*"}}}';
     comment on column shop.name is '@ai({"maxLength": 9})'`,
  );
});
afterAll(() => database.drop());

const uninstall = (...args: string[]) => runCli(['uninstall', '--url', database.url, ...args]);

test('without a terminal it wants --yes, and changes nothing', async () => {
  const before = await catalogDump(await database.client());
  const refused = await uninstall();
  expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('say --yes') });
  expect(await catalogDump(await database.client())).toBe(before);
});

test('--dry-run prints the statements, and changes nothing', async () => {
  const before = await catalogDump(await database.client());
  const printed = await uninstall('--dry-run');
  expect(printed).toMatchObject({ code: 0, stderr: '' });
  expect(printed.stdout).toMatch(
    /^begin;[\s\S]*drop schema if exists ai_gen, ai, ai_private cascade;[\s\S]*commit;\n$/,
  );
  expect(await catalogDump(await database.client())).toBe(before);
});

test('objects of users that need pg_ai are named, and nothing is dropped', async () => {
  await database.query(`
    create view report as select qualified_name from ai.operation;
    create table ticket (id bigint default nextval('ai.event_id'));
    create function watch() returns trigger language plpgsql as 'begin return new; end';
    create trigger watch before insert on ticket for each row when (ai.version() <> '') execute function watch()`);
  const refused = await uninstall('--yes');
  expect(refused.code).toBe(1);
  expect(refused.stderr).toContain('view public.report');
  expect(refused.stderr).toContain('default value for public.ticket.id');
  expect(refused.stderr).toContain('trigger watch on public.ticket');
  await database.query('drop view report; drop table ticket; drop function watch()');
});

test('the audit trail is not deleted unasked', async () => {
  await database.query(`select ai.generate_mutation('create', 'shop', '{"name": "one"}')`);
  const refused = await uninstall('--yes');
  expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('--delete-history') });
  expect(refused.stderr).toContain('the audit trail (1 rows)');
  expect(await database.query('select count(*)::int as rows from ai.audit_log')).toEqual([{ rows: 1 }]);
});

test('leaves nothing behind but data and comments', async () => {
  await database.query('create table theirs (id int)');
  await database.query('alter table theirs owner to ai_owner');
  const done = await uninstall('--yes', '--delete-history', '--json');
  expect(done).toMatchObject({ code: 0, stderr: '' });
  expect(JSON.parse(done.stdout)).toMatchObject({ changed: true, history: { audit: 1 } });

  const left = await database.query(`
    select 'schema ' || nspname as what from pg_namespace where nspname ~ '^ai'
    union all select 'event trigger ' || evtname from pg_event_trigger
    union all select 'language ' || lanname from pg_language where lanname in ('plv8', 'pljs')
    union all select 'right of ai_owner on ' || s.classid::regclass || s.objid from pg_shdepend s
      where s.refobjid = 'ai_owner'::regrole and s.dbid = (select oid from pg_database where datname = current_database())`);
  expect(left).toEqual([]);
  expect(
    await database.query(
      `select name, obj_description('shop'::regclass) as c1, col_description('shop'::regclass, 2) as c2 from shop`,
    ),
  ).toEqual([{ name: 'one', c1: expect.stringContaining('operations'), c2: expect.stringContaining('maxLength') }]);
  // What somebody let ai_owner own is kept, not dropped.
  expect(await database.query('select * from theirs')).toEqual([]);
});

test('a second time there is nothing to do; and pg_ai can come back', async () => {
  expect(await uninstall('--yes')).toMatchObject({ code: 0, stdout: expect.stringContaining('nothing was changed') });
  expect(await runCli(['install', '--url', database.url])).toMatchObject({ code: 0 });
  expect(await runCli(['compile', '--url', database.url])).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/compiled +public\.shop/),
  });
});

test('a language that was there before stays', async () => {
  const other = await createDatabase({ installed: false });
  // Stands for plv8 where the server has none; installing creates one itself only from an extension.
  await other.query('create trusted language plv8 handler plpgsql_call_handler');
  expect(await runCli(['install', '--url', other.url])).toMatchObject({ code: 0 });
  expect(await runCli(['uninstall', '--url', other.url, '--yes'])).toMatchObject({ code: 0 });
  expect(await other.query(`select lanname from pg_language where lanname = 'plv8'`)).toEqual([{ lanname: 'plv8' }]);
  await other.drop();
});
