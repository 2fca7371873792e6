import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import type { TestProject } from 'vitest/node';
import { runningPostmaster, stopPostmaster } from '../../src/dev/postmaster.ts';
import { isAlive } from '../../src/dev/process.ts';
import { startServer } from '../../src/dev/server.ts';
import { install } from '../../src/install/install.ts';
import { dotFolder } from '../../src/project.ts';
import { startContainer } from './container.ts';
import { databaseUrl } from './database-url.ts';
import type { Variant } from './variants.ts';

/** The server that a test file runs on: `inject('server')`. */
export type TestServer = {
  readonly variant: Variant;
  /** Whose JavaScript can be installed; `none` also where the variant does without on purpose. */
  readonly javascript: 'plv8' | 'pljs' | 'none';
  /** The major version. */
  readonly version: number;
  /** A superuser's connection to the database postgres. */
  readonly superuserUrl: string;
  /** Folder of postgres, initdb and pg_ctl; null where the server is not ours. */
  readonly binDir: string | null;
  /** The database that every test database is cloned from. */
  readonly template: string;
  readonly can: {
    /** CREATE EXTENSION pg_ai finds what `make build` built. */
    readonly extension: boolean;
    /** Files of the server can be read and it can be killed. */
    readonly files: boolean;
    /** The cluster is this run's alone: roles may be made and dropped at will. */
    readonly ownCluster: boolean;
  };
};

declare module 'vitest' {
  export interface ProvidedContext {
    server: TestServer;
  }
}

type Started = { url: string; binDir: string | null; stop: () => Promise<void> };

// Nothing of these clusters outlives the run, so nothing has to reach the disk.
const hurried = {
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  autovacuum: 'off',
  max_connections: '100',
  max_wal_senders: '0',
  wal_level: 'minimal',
  timezone: 'UTC',
  log_min_messages: 'warning',
};

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const variant = project.name;
  const server = await start(variant);
  const admin = new pg.Client(server.url);
  try {
    await admin.connect();
    const roles = await rolesOf(admin);
    const template = await makeTemplate(admin, server.url);
    project.provide('server', await examine(admin, variant, server, template));
    return async () => {
      if (variant === 'url') await leaveNothing(admin, template, roles);
      await admin.end();
      await server.stop();
    };
  } catch (error) {
    await admin.end();
    await server.stop();
    throw new Error(`pg_ai could not be readied on ${variant}: ${String(error)}`, { cause: error });
  }
}

async function start(variant: Variant): Promise<Started> {
  if (variant === 'url') return { url: process.env.PG_AI_TEST_URL ?? '', binDir: null, stop: async () => {} };
  if (variant === 'docker') return { ...(await startContainer()), binDir: null };
  await removeLeftServers();
  const dataDir = join(testFolder(), `${variant}-${process.pid}`);
  const server = await startServer({
    dataDir,
    major: variant.startsWith('pg18-') ? 18 : 'system',
    javascript: variant === 'pg18-nojs' ? 'none' : 'auto',
    settings: hurried,
  });
  return {
    url: server.url,
    binDir: server.binDir,
    stop: async () => {
      await server.stop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

function testFolder(): string {
  return join(dotFolder(), 'test');
}

/** A run that was killed leaves its servers behind; the next one clears them away. */
async function removeLeftServers(): Promise<void> {
  if (!existsSync(testFolder())) return;
  for (const name of readdirSync(testFolder())) {
    const pid = Number(/-(\d+)$/.exec(name)?.[1]);
    if (Number.isNaN(pid) || isAlive(pid)) continue;
    const folder = join(testFolder(), name);
    const running = runningPostmaster(join(folder, 'data'));
    if (running !== undefined) await stopPostmaster(running.pid);
    rmSync(folder, { recursive: true, force: true });
  }
}

/** pg_ai is installed once for each server; every test database is a copy of this one. */
async function makeTemplate(admin: pg.Client, url: string): Promise<string> {
  const name = `ai_test_template_${process.pid}`;
  await admin.query(`create database ${name}`);
  const client = new pg.Client(databaseUrl(url, name));
  await client.connect();
  try {
    await install(client);
  } catch (error) {
    await client.end();
    await admin.query(`drop database ${name}`);
    throw error;
  }
  await client.end();
  return name;
}

async function examine(admin: pg.Client, variant: Variant, server: Started, template: string): Promise<TestServer> {
  const extensions = await admin.query<{ name: string }>(
    `select name from pg_catalog.pg_available_extensions where name in ('plv8', 'pljs', 'pg_ai')`,
  );
  const available = new Set(extensions.rows.map(({ name }) => name));
  const version = await admin.query<{ version: number }>(
    `select pg_catalog.current_setting('server_version_num')::int / 10000 as version`,
  );
  return {
    variant,
    javascript: available.has('plv8') ? 'plv8' : available.has('pljs') ? 'pljs' : 'none',
    version: version.rows[0]?.version ?? 0,
    superuserUrl: server.url,
    binDir: server.binDir,
    template,
    can: { extension: available.has('pg_ai'), files: server.binDir !== null, ownCluster: variant !== 'url' },
  };
}

async function rolesOf(admin: pg.Client): Promise<Set<string>> {
  const found = await admin.query<{ rolname: string }>('select rolname from pg_catalog.pg_roles');
  return new Set(found.rows.map(({ rolname }) => rolname));
}

/** On a server that is somebody's own, this run's databases and the roles that it made go again. */
async function leaveNothing(admin: pg.Client, template: string, before: Set<string>): Promise<void> {
  await admin.query(`drop database if exists ${template} with (force)`);
  for (const role of await rolesOf(admin)) {
    if (!before.has(role)) await admin.query(`drop role ${pg.escapeIdentifier(role)}`);
  }
}
