import pg from 'pg';
import { afterAll, beforeAll, inject } from 'vitest';
import { databaseUrl } from './database-url.ts';

export type TestDatabase = {
  readonly name: string;
  /** A superuser's connection to this database. */
  readonly url: string;
  /** Rows of a statement, run by the superuser on one connection that all calls share. */
  query<Row extends pg.QueryResultRow = pg.QueryResultRow>(sql: string, params?: unknown[]): Promise<Row[]>;
  /** A further connection; drop() ends it. */
  client(): Promise<pg.Client>;
  /** A connection whose session user is the role (which needs no LOGIN); drop() ends it. */
  as(role: string): Promise<pg.Client>;
  /** Ends what was opened here and drops the database. @throws where others still hold connections to it */
  drop(): Promise<void>;
};

let made = 0;

/** What decides how values are written. A server may have its own ideas; the tests compare texts. */
const USUAL = [
  `timezone = 'UTC'`,
  `datestyle = 'ISO, MDY'`,
  `intervalstyle = 'postgres'`,
  `bytea_output = 'hex'`,
  `lc_monetary = 'C'`,
  `lc_numeric = 'C'`,
  `lc_messages = 'C'`,
];

/** A new database: a copy of the one in which pg_ai is installed, or an empty one. */
export async function createDatabase({ installed = true }: { installed?: boolean } = {}): Promise<TestDatabase> {
  const server = inject('server');
  const name = `ai_test_${process.pid}_${++made}_${Date.now().toString(36)}`;
  await asSuperuser(async (admin) => {
    await admin.query(`create database ${name} template ${installed ? server.template : 'template0'}`);
    await admin.query(USUAL.map((setting) => `alter database ${name} set ${setting}`).join('; '));
  });
  const url = databaseUrl(server.superuserUrl, name);
  const open: pg.Client[] = [];
  let shared: Promise<pg.Client> | undefined;

  async function client(): Promise<pg.Client> {
    const connection = new pg.Client({ connectionString: url, application_name: 'pg_ai test' });
    // A test that kills its backend hears of it from its query; without a listener the whole run would end.
    connection.on('error', () => {});
    await connection.connect();
    open.push(connection);
    return connection;
  }

  return {
    name,
    url,
    client,
    async query<Row extends pg.QueryResultRow>(sql: string, params?: unknown[]) {
      shared ??= client();
      return (await (await shared).query<Row>(sql, params)).rows;
    },
    async as(role) {
      const connection = await client();
      await connection.query(`set session authorization ${pg.escapeIdentifier(role)}`);
      return connection;
    },
    async drop() {
      await Promise.all(open.map((connection) => connection.end().catch(() => {})));
      await asSuperuser(async (admin) => {
        const left = await leftConnections(admin, name);
        await admin.query(`drop database if exists ${name} with (force)`);
        if (left.length > 0) throw new Error(`connections were left open on the test database: ${left.join('; ')}`);
      });
    },
  };
}

/** One database for a test file (or a describe block): made before its tests, dropped after them. */
export function useDatabase(options: { installed?: boolean } = {}): TestDatabase {
  let database: TestDatabase | undefined;
  const current = (): TestDatabase => {
    if (database === undefined) throw new Error('useDatabase: the database exists inside tests and hooks only');
    return database;
  };
  beforeAll(async () => {
    database = await createDatabase(options);
  });
  afterAll(async () => {
    await database?.drop();
  });
  return {
    get name() {
      return current().name;
    },
    get url() {
      return current().url;
    },
    query: (sql, params) => current().query(sql, params),
    client: () => current().client(),
    as: (role) => current().as(role),
    drop: () => current().drop(),
  };
}

async function asSuperuser<T>(work: (admin: pg.Client) => Promise<T>): Promise<T> {
  const admin = new pg.Client(inject('server').superuserUrl);
  await admin.connect();
  try {
    return await work(admin);
  } finally {
    await admin.end();
  }
}

/** What others still do there, after the moment that a backend takes to leave. */
async function leftConnections(admin: pg.Client, database: string): Promise<string[]> {
  for (let attempt = 0; ; attempt++) {
    const { rows } = await admin.query<{ what: string }>(
      `select pg_catalog.format('%s: %s', coalesce(nullif(application_name, ''), 'unnamed'), pg_catalog.left(query, 80)) as what
         from pg_catalog.pg_stat_activity
        where datname = $1 and backend_type = 'client backend'`,
      [database],
    );
    if (rows.length === 0 || attempt === 40) return rows.map(({ what }) => what);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}
