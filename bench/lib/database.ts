import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { startServer } from '../../src/dev/server.ts';
import { install } from '../../src/install/install.ts';
import { dotFolder } from '../../src/project.ts';
import { Wire } from './wire.ts';

/** A server of the benchmark's own, with databases in which pg_ai is installed. */
export interface Bench {
  readonly javascript: 'pljs' | 'none';
  readonly version: string;
  /** A database with pg_ai and the files of bench/ that are named; made once for each name. */
  database(name: string, files?: readonly string[]): Promise<Database>;
  stop(): Promise<void>;
}

export interface Database {
  readonly name: string;
  readonly url: string;
  readonly admin: pg.Client;
  /** A connection as bench_user, who has no rights but those of ai_user. */
  wire(settings?: Readonly<Record<string, string>>): Promise<Wire>;
  /** A copy of the database. */
  copy(name: string): Promise<Database>;
  drop(): Promise<void>;
}

/**
 * Durable as in production. Autovacuum and checkpoints are kept out, so that they do not hit the one side or the other by chance.
 */
const SETTINGS = {
  fsync: 'on',
  shared_buffers: '512MB',
  max_wal_size: '16GB',
  checkpoint_timeout: '1h',
  autovacuum: 'off',
  jit: 'off',
  max_connections: '200',
};

const folder = join(import.meta.dirname, '..');
export const sqlFile = (name: string): string => readFileSync(join(folder, name), 'utf8');

export const startBench = async (say: (line: string) => void): Promise<Bench> => {
  const server = await startServer({ dataDir: join(dotFolder(), 'bench'), reset: true, settings: SETTINGS, say });
  const admin = await connect(server.url);
  const password = new URL(server.url).password;
  await admin.query(`create role bench_user login password '${password}'`);
  const { rows } = await admin.query<{ version: string }>(`select current_setting('server_version') as version`);
  const made = new Map<string, Database>();

  const openDatabase = async (name: string): Promise<Database> => {
    const url = withDatabase(server.url, name);
    const client = await connect(url);
    const open: Wire[] = [];
    return {
      name,
      url,
      admin: client,
      async wire(settings) {
        const as = new URL(url);
        as.username = 'bench_user';
        const wire = await Wire.open(as.href, settings);
        open.push(wire);
        return wire;
      },
      async copy(target) {
        // A template may have no connections.
        await client.end();
        await admin.query(`create database ${target} template ${name}`);
        made.delete(name);
        return openDatabase(target);
      },
      async drop() {
        made.delete(name);
        await client.end().catch(() => {});
        await admin.query(`drop database if exists ${name} with (force)`);
      },
    };
  };

  return {
    javascript: server.javascript,
    version: rows[0]?.version ?? '',
    async database(name, files = []) {
      const known = made.get(name);
      if (known !== undefined) return known;
      await admin.query(`create database ${name}`);
      const database = await openDatabase(name);
      await install(database.admin);
      for (const file of files) await database.admin.query(sqlFile(file));
      await database.admin.query('grant ai_user to bench_user');
      await database.admin.query('vacuum analyze');
      made.set(name, database);
      return database;
    },
    async stop() {
      await admin.end();
      await server.stop();
    },
  };
};

const connect = async (url: string): Promise<pg.Client> => {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => {});
  await client.connect();
  return client;
};

const withDatabase = (url: string, name: string): string => {
  const changed = new URL(url);
  changed.pathname = `/${name}`;
  return changed.href;
};
