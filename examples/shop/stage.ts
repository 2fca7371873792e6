import { rmSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { startServer } from '../../src/dev/server.ts';
import { compileTables } from '../../src/install/compile-host.ts';
import { install } from '../../src/install/install.ts';
import { dotFolder } from '../../src/project.ts';

/** Roles of the shop. None may log in: the demo acts as them. */
export const ROLES = ['shop_owner', 'shop_manager', 'shop_clerk', 'shop_worker'] as const;
export type Role = (typeof ROLES)[number];

/** The demo's database, and how to speak to it as one of the shop's roles. */
export interface Stage {
  /** Server, place and language, for the title. */
  readonly about: readonly string[];
  /** Whether declarations compile inside the database; else Node compiles them. */
  readonly javascript: 'plv8' | 'pljs' | 'none';
  readonly admin: pg.Client;
  as(role: Role): Promise<pg.Client>;
  /** For those who connect by themselves: as the role, or as the superuser. */
  connection(role?: Role): pg.ClientConfig;
  /** DDL and declarations, run by the tables' owner; where the database cannot compile, Node does so next (`pg-ai compile`). */
  define(sql: string): Promise<Defined>;
  /** Work to be done before the database goes away, whatever happens until then. */
  whenClosing(work: () => Promise<void>): void;
  close(): Promise<void>;
}

export interface Problem {
  readonly path: string;
  readonly reason: string;
  readonly suggestion?: string;
}

export interface Defined {
  /** What PostgreSQL warned of. */
  readonly warnings: readonly string[];
  /** What is wrong with a declaration. */
  readonly problems: readonly Problem[];
  /** Whether the statement was refused because of that and changed nothing. */
  readonly refused: boolean;
}

export interface StageOptions {
  /** A superuser's connection to a server; else an embedded one is started. */
  readonly url?: string | undefined;
  /** Where the embedded server keeps its data meanwhile. */
  readonly dataDir?: string | undefined;
  readonly javascript: 'auto' | 'none';
  readonly say: (line: string) => void;
}

interface Place {
  readonly url: string;
  readonly where: string;
  close(): Promise<void>;
}

const connect = async (url: string): Promise<pg.Client> => {
  // jsonb as the text it is: the demo reads numbers from it with all their digits.
  const client = new pg.Client({
    connectionString: url,
    types: { getTypeParser: (oid, format) => (oid === 3802 ? String : pg.types.getTypeParser(oid, format as 'text')) },
  });
  // The server may end while a query is under way (ctrl-C); the query reports it.
  client.on('error', () => {});
  await client.connect();
  return client;
};

const embedded = async (options: StageOptions): Promise<Place> => {
  const dataDir = options.dataDir ?? join(dotFolder(), 'demo');
  const server = await startServer({
    dataDir,
    reset: true,
    javascript: options.javascript,
    settings: { fsync: 'off', timezone: 'UTC' },
    say: options.say,
  });
  return {
    url: server.url,
    where: `embedded, on 127.0.0.1:${server.port}`,
    async close() {
      await server.stop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
};

/** On somebody's server the demo keeps to a database and roles of its own, and takes both away again. */
const guest = async (url: string): Promise<Place> => {
  const database = `pg_ai_demo_${process.pid}`;
  const host = new pg.Client(url);
  await host.connect();
  const rolesNow = async (): Promise<string[]> =>
    (await host.query<{ rolname: string }>('select rolname from pg_roles')).rows.map((row) => row.rolname);
  const before = await rolesNow();
  const taken = ROLES.filter((role) => before.includes(role));
  if (taken.length > 0) {
    await host.end();
    throw new Error(`the server has a role ${taken.join(', ')} already, which the demo would have to change`);
  }
  await host.query(`create database ${database}`);
  const place = new URL(url);
  place.pathname = `/${database}`;
  return {
    url: place.href,
    where: `on ${place.host}, in the database ${database}`,
    async close() {
      await host.query(`drop database ${database} with (force)`);
      for (const role of ['ai_owner', 'ai_admin', 'ai_worker', 'ai_user', ...ROLES]) {
        // Another database may have begun to use pg_ai's roles meanwhile; then they stay.
        if (!before.includes(role)) await host.query(`drop role if exists ${role}`).catch(() => {});
      }
      await host.end();
    },
  };
};

export const openStage = async (options: StageOptions): Promise<Stage> => {
  const place = options.url === undefined ? await embedded(options) : await guest(options.url);
  const open: pg.Client[] = [];
  const endings: (() => Promise<void>)[] = [];
  const close = async (): Promise<void> => {
    for (const ending of endings.splice(0).reverse()) await ending().catch(() => {});
    await Promise.all(open.map((client) => client.end().catch(() => {})));
    await place.close();
  };
  try {
    const newClient = async (): Promise<pg.Client> => {
      const client = await connect(place.url);
      open.push(client);
      return client;
    };
    const admin = await newClient();
    const { javascript } = await install(admin, { javascript: options.javascript });
    await admin.query(`
      create role shop_owner in role ai_admin, ai_worker, ai_user;
      create role shop_clerk in role ai_user;
      create role shop_manager in role shop_clerk;
      create role shop_worker in role ai_worker;
      do $$ begin execute format('grant create on database %I to shop_owner', current_database()); end $$`);
    const { rows } = await admin.query<{ version: string }>(`select current_setting('server_version') as version`);

    const connections = new Map<Role, Promise<pg.Client>>();
    const as = (role: Role): Promise<pg.Client> => {
      const existing = connections.get(role);
      if (existing !== undefined) return existing;
      const made = newClient().then(async (client) => {
        await client.query(`set session authorization ${role}`);
        return client;
      });
      connections.set(role, made);
      return made;
    };
    const compileInNode = async (): Promise<Problem[]> => {
      const compiler = new pg.Client(place.url);
      await compiler.connect();
      try {
        await compiler.query('set session authorization shop_owner');
        const outcomes = await compileTables(compiler);
        return outcomes.filter(({ outcome }) => outcome === 'refused').flatMap(({ diagnostics }) => diagnostics);
      } finally {
        await compiler.end();
      }
    };
    return {
      about: [`PostgreSQL ${rows[0]?.version?.split(' ')[0]}, JavaScript in the database: ${javascript}`, place.where],
      javascript,
      admin,
      as,
      connection(role) {
        const url = new URL(place.url);
        const options = [url.searchParams.get('options'), role && `-c role=${role}`].filter(Boolean).join(' ');
        if (options !== '') url.searchParams.set('options', options);
        return { connectionString: url.href };
      },
      whenClosing: (work) => void endings.push(work),
      async define(sql) {
        const owner = await as('shop_owner');
        const warnings: string[] = [];
        const listen = (notice: { severity?: string | undefined; message?: string | undefined }): void => {
          if (notice.severity === 'WARNING') warnings.push(notice.message ?? '');
        };
        owner.on('notice', listen);
        try {
          await owner.query(sql);
          const problems = javascript === 'none' ? await compileInNode() : [];
          return { warnings, problems, refused: false };
        } catch (error) {
          if (!(error instanceof pg.DatabaseError && error.code === 'PI001')) throw error;
          return {
            warnings,
            problems: (JSON.parse(error.detail ?? '') as { errors: Problem[] }).errors,
            refused: true,
          };
        } finally {
          owner.off('notice', listen);
        }
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
};
