import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { bundleCompiler } from '../../src/install/bundle.ts';
import { findInstallation } from '../../src/install/installed.ts';
import { difference, expectedBodies, functionBodies, introspect } from '../../src/install/manifest.ts';
import { installScript, upgradableVersions } from '../../src/install/sql.ts';
import { upgrade } from '../../src/install/upgrade.ts';
import { projectVersion } from '../../src/project.ts';
import { catalogDump } from '../support/catalog-dump.ts';
import { runCli } from '../support/cli.ts';
import { createDatabase, type TestDatabase, useDatabase } from '../support/database.ts';
import { needs } from '../support/needs.ts';
import { dumpTools, schemaOf } from '../support/pg-dump.ts';

const server = inject('server');

/** An older version: this one with things added and taken away, as a release does. */
const older = `
  alter table ai.revision drop column problems;
  alter table ai_private.message add column obsolete text;
  create function ai_private.obsolete() returns int language sql as 'select 1';
  drop function ai.describe(text, text);
  create or replace function ai.version() returns text language sql immutable set search_path = pg_catalog, pg_temp as $$ select '0.0.8' $$;
  grant select on ai.audit_log to ai_worker;
  alter event trigger pg_ai_on_drop disable;
  update ai_private.message set template = 'old';
  update ai_private.javascript set hash = 'old', source = 'var pgAiCompiler = { compileText: null };';
`;
/** What the release's own upgrade scripts would hold: all but functions, texts and the compiler. */
const steps = {
  '0.0.8--0.0.9': 'alter table ai.revision add column wrong int;',
  [`0.0.9--${projectVersion}`]: `
    alter table ai.revision drop column wrong;
    alter table ai.revision add column problems jsonb not null default '[]';
    alter table ai_private.message drop column obsolete;
    drop function ai_private.obsolete();
    revoke select on ai.audit_log from ai_worker;`,
};

describe('an upgrade', () => {
  const fresh = useDatabase();
  let old: TestDatabase;
  let client: Client;
  let folder: string;

  beforeAll(async () => {
    old = await createDatabase();
    client = await old.client();
    await client.query(older);
    folder = mkdtempSync(join(tmpdir(), 'pg-ai-upgrade-'));
    mkdirSync(folder, { recursive: true });
    for (const [name, sql] of Object.entries(steps)) writeFileSync(join(folder, `${name}.sql`), sql);
  });
  afterAll(async () => {
    rmSync(folder, { recursive: true, force: true });
    await old.drop();
  });

  test('that fails half-way changes nothing', async () => {
    const broken = mkdtempSync(join(tmpdir(), 'pg-ai-upgrade-'));
    writeFileSync(join(broken, `0.0.8--${projectVersion}.sql`), 'drop function ai_private.obsolete(); select 1 / 0;');
    const before = await catalogDump(client);
    const installed = await findInstallation(client);
    if (installed === undefined) throw new Error('not installed');
    await expect(upgrade(client, installed, { folder: broken })).rejects.toThrow('division by zero');
    expect(await catalogDump(client)).toBe(before);
    rmSync(broken, { recursive: true, force: true });
  });

  test('goes step by step, and leaves what a first installation does', async () => {
    expect(upgradableVersions(folder)).toEqual(['0.0.8', '0.0.9']);
    const installed = await findInstallation(client);
    if (installed === undefined) throw new Error('not installed');
    await upgrade(client, installed, { folder });
    expect(await findInstallation(client)).toMatchObject({ version: projectVersion, eventTriggers: true });

    const wanted = await fresh.client();
    expect(difference(await introspect(wanted), await introspect(client))).toEqual({ missing: [], extra: [] });
    expect(difference(expectedBodies(), await functionBodies(client))).toEqual({ missing: [], extra: [] });
    const contents = `
      select to_jsonb(m) as row from ai_private.message m union all select to_jsonb(j) from ai_private.javascript j
      union all select jsonb_build_object('trigger', evtname, 'enabled', evtenabled, 'tags', evttags) from pg_event_trigger
      union all select jsonb_build_object('compiler', prosrc) from pg_proc where proname = 'compile_text'
      order by row`;
    expect((await client.query(contents)).rows).toEqual((await wanted.query(contents)).rows);
  });

  describe('as pg_dump sees it', () => {
    const tools = dumpTools(server.version, server.binDir);
    needs(tools, `there is no pg_dump of PostgreSQL ${server.version} or newer here: install its client package`);

    test('is no different from a first installation', () => {
      // A column that came later stands at the end of its table.
      const sorted = (url: string) =>
        schemaOf(tools ?? '', url)
          .replaceAll(/,$/gm, '')
          .split('\n')
          .sort();
      expect(sorted(old.url)).toEqual(sorted(fresh.url));
    });
  });
});

describe('pg-ai upgrade', () => {
  const database = useDatabase();
  const fresh = useDatabase();

  test('says when there is nothing to upgrade', async () => {
    const before = await catalogDump(await database.client());
    const said = await runCli(['upgrade', '--url', database.url]);
    expect(said).toMatchObject({ code: 0, stderr: '', stdout: expect.stringContaining('there is nothing to upgrade') });
    expect(await catalogDump(await database.client())).toBe(before);
  });

  test('refuses where no scripts lead from', async () => {
    const other = await createDatabase();
    await other.query(`create or replace function ai.version() returns text language sql as $$ select '0.0.1' $$`);
    const refused = await runCli(['upgrade', '--url', other.url]);
    expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('no upgrade from pg_ai 0.0.1') });
    await other.drop();
  });

  test('--repair puts in place what was changed by hand', async () => {
    await database.query(`
      drop function ai.describe(text, text);
      grant execute on function ai_private.store_prepared(oid, text, jsonb) to ai_user;
      create or replace function ai_private.may_declare(target oid) returns boolean language sql as 'select true'`);
    expect(await runCli(['upgrade', '--url', database.url, '--repair'])).toMatchObject({ code: 0, stderr: '' });
    const [wanted, client] = [await fresh.client(), await database.client()];
    expect(difference(await introspect(wanted), await introspect(client))).toEqual({
      missing: [],
      // A right that somebody gave is theirs to take back; doctor names it.
      extra: ['grant execute on function ai_private.store_prepared(oid,text,jsonb) to ai_user'],
    });
    expect(difference(expectedBodies(), await functionBodies(client))).toEqual({ missing: [], extra: [] });
  });
});

test('every script in sql/upgrade leads to this version', async () => {
  const bundle = await bundleCompiler();
  expect(installScript({ bundle, asExtension: false })).toContain(`select '${projectVersion}'`);
  expect(upgradableVersions()).toEqual([]);
});
