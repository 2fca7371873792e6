import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { bundleCompiler } from '../../src/install/bundle.ts';
import { compileTables } from '../../src/install/compile-host.ts';
import { findInstallation } from '../../src/install/installed.ts';
import { difference, expectedBodies, functionBodies, introspect } from '../../src/install/manifest.ts';
import { installScript, upgradeScript } from '../../src/install/sql.ts';
import { projectVersion } from '../../src/project.ts';
import { useDatabase } from '../support/database.ts';
import { extensionFiles } from '../support/extension-files.ts';
import { needs } from '../support/needs.ts';
import { dump, restore } from '../support/pg-dump.ts';
import { keptByDump, noTools, tools } from './kept-by-dump.ts';
import { shop } from './shop.ts';

const server = inject('server');
const files = extensionFiles();
beforeAll(() => {
  if (files.missing === undefined) files.place();
});
afterAll(() => files.remove());

/** plv8 or pljs; where the server has neither, a language of that name that compiles nothing: here only the function's place matters. */
const language =
  server.javascript === 'none'
    ? `create function public.handler() returns language_handler language c as '$libdir/plpgsql', 'plpgsql_call_handler';
       create trusted language plv8 handler public.handler`
    : `create extension ${server.javascript}`;

describe('CREATE EXTENSION pg_ai', () => {
  needs(files.missing === undefined, files.missing ?? '');
  const database = useDatabase({ installed: false });
  const other = useDatabase();

  beforeAll(async () => {
    if (files.missing !== undefined) return;
    if (server.javascript !== 'none') await database.query(`create extension ${server.javascript}`);
    await database.query('create extension pg_ai');
  });

  test('puts in place what pg-ai install does', async () => {
    const found = await introspect(await database.client());
    expect(difference(await introspect(await other.client()), found)).toEqual({ missing: [], extra: [] });
    expect(await findInstallation(await database.client())).toEqual({
      version: projectVersion,
      as: 'extension',
      javascript: server.javascript,
      eventTriggers: true,
    });
  });

  test('marks every table and sequence that users fill for pg_dump', async () => {
    const rows = await database.query<{ name: string }>(`
      select c.oid::regclass::text as name
      from pg_class c, pg_extension e
      where e.extname = 'pg_ai' and c.relkind in ('r', 'p', 'S') and c.relnamespace in ('ai'::regnamespace, 'ai_private'::regnamespace)
        -- unlogged is what counts until it is gathered, and limits of the moment
        and c.oid <> all (e.extconfig) and c.relpersistence <> 'u'
      order by name`);
    expect(rows.map(({ name }) => name)).toEqual([
      'ai_private.action_secret',
      'ai_private.encryption_key',
      'ai_private.error_seen',
      'ai_private.installation',
      'ai_private.javascript',
      'ai_private.message',
      'ai_private.metric_cursor',
      'ai_private.prepared',
      'ai_private.prepared_action',
      'ai_private.worker',
    ]);
  });

  test('is compiled for and called; DROP EXTENSION … CASCADE leaves the tables, and it can come back', async () => {
    const role = `${database.name}_caller`;
    const client = await database.client();
    const create = `select ai.generate_mutation('create', 'shop.users', '{"email": "me@example.org"}') ->> 'id' as id`;
    await client.query(`create role ${role}; ${shop(role)}`);
    await compileTables(client);
    expect((await client.query(create)).rows).toEqual([{ id: '1' }]);

    await client.query('drop extension pg_ai cascade');
    await client.query('alter table shop.users add note text; create table shop.later (); drop table shop.later');
    expect(await findInstallation(client)).toBeUndefined();
    expect((await client.query('select email from shop.users')).rows).toEqual([{ email: 'me@example.org' }]);

    await client.query('create extension pg_ai');
    expect((await compileTables(client)).map(({ outcome }) => outcome)).toEqual(['compiled', 'compiled']);
    expect((await client.query(create.replace('me@', 'you@'))).rows).toEqual([{ id: '2' }]);
    await client.query(`drop owned by ${role}; drop role ${role}`);
  });
});

describe('ALTER EXTENSION pg_ai UPDATE', () => {
  needs(files.folder, 'this server looks for extensions where the tests may not write');
  const database = useDatabase({ installed: false });
  const fresh = useDatabase({ installed: false });
  const work = mkdtempSync(join(tmpdir(), 'pg-ai-update-'));
  const placed = ['pg_ai--0.0.9.sql', `pg_ai--0.0.9--${projectVersion}.sql`].map((name) =>
    join(files.folder ?? work, name),
  );
  afterAll(() => {
    for (const path of [...placed, work]) rmSync(path, { recursive: true, force: true });
  });

  test('leaves what CREATE EXTENSION does', async () => {
    const bundle = await bundleCompiler();
    const old = `${installScript({ bundle, asExtension: true, version: '0.0.9' })}
      create function ai_private.obsolete() returns int language sql as 'select 1';
      alter table ai.revision drop column problems; drop function ai.describe(text, text);`;
    const change = `alter table ai.revision add column problems jsonb not null default '[]'; drop function ai_private.obsolete();`;
    writeFileSync(join(work, `0.0.9--${projectVersion}.sql`), change);
    const update = upgradeScript({ bundle, asExtension: true, from: '0.0.9', folder: work });
    for (const [index, script] of [old, update ?? ''].entries()) writeFileSync(placed[index] ?? '', script);

    await database.query(language);
    await database.query(`create extension pg_ai version '0.0.9'`);
    expect(await findInstallation(await database.client())).toMatchObject({ version: '0.0.9', as: 'extension' });
    await database.query('alter extension pg_ai update');
    await fresh.query(language);
    await fresh.query('create extension pg_ai');
    const [mine, wanted] = [await database.client(), await fresh.client()];
    expect(await findInstallation(mine)).toEqual(await findInstallation(wanted));
    expect(difference(await introspect(wanted), await introspect(mine))).toEqual({ missing: [], extra: [] });
    expect(difference(expectedBodies(), await functionBodies(mine))).toEqual({ missing: [], extra: [] });
    const members = `select pg_describe_object(d.classid, d.objid, 0) as member from pg_depend d join pg_extension e on e.oid = d.refobjid
      where e.extname = 'pg_ai' and d.deptype = 'e' order by member`;
    expect((await mine.query(members)).rows).toEqual((await wanted.query(members)).rows);
  });
});

describe.each(['plain', 'custom'] as const)('the extension, dumped (%s) and restored', (format) => {
  needs(files.missing === undefined, files.missing ?? '');
  needs(tools, noTools);
  keptByDump(format, (client) => client.query('create extension pg_ai'), files.missing === undefined);
});

describe('the compiler in the database', () => {
  needs(files.missing === undefined, files.missing ?? '');
  const database = useDatabase({ installed: false });

  test('is left to the dump in a session like that of a restore', async () => {
    await database.query(language);
    await database.query('set row_security = off');
    await database.query('create extension pg_ai');
    expect(await findInstallation(await database.client())).toMatchObject({ javascript: 'none' });
    await database.query('drop extension pg_ai cascade');
    await database.query('reset row_security');
    await database.query('create extension pg_ai');
    expect(await findInstallation(await database.client())).not.toMatchObject({ javascript: 'none' });
  });

  test('is no member of the extension, so that its language can be dropped without it', async () => {
    await database.query(
      `drop ${server.javascript === 'none' ? 'language plv8' : `extension ${server.javascript}`} cascade`,
    );
    expect(await findInstallation(await database.client())).toMatchObject({ as: 'extension', javascript: 'none' });
  });

  describe.each(['plain', 'custom'] as const)('dumped (%s)', (format) => {
    needs(tools, noTools);
    const from = useDatabase({ installed: false });
    const to = useDatabase({ installed: false });

    test('is restored as it was', async () => {
      await from.query('create extension pg_ai');
      await from.query(language);
      await from.query('select ai.attach_javascript()');
      restore(tools ?? '', to.url, format, dump(tools ?? '', from.url, format));
      const body = `select p.prosrc from pg_proc p where p.oid = 'ai_private.compile_text(text)'::regprocedure`;
      expect(await to.query(body)).toEqual(await from.query(body));
    });
  });
});
