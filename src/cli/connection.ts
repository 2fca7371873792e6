import type { Command } from 'commander';
import pg from 'pg';
import { CliError, usageError } from './errors.ts';

export type ConnectionOptions = { readonly url?: string | undefined };

/** Adds --url, with the text that says what else names the database. */
export function connectionOption(command: Command): Command {
  return command.option(
    '--url <url>',
    'the database; else DATABASE_URL, else the PG* variables (PGHOST, PGDATABASE, …)',
  );
}

/**
 * Connects, runs the work and disconnects again.
 * @throws CliError where no database is named, it cannot be reached or the connection is lost, saying what to do
 */
export async function withClient<T>(options: ConnectionOptions, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = await connect(options);
  let lost: Error | undefined;
  client.on('error', (error) => {
    lost ??= error;
  });
  try {
    return await work(client);
  } catch (error) {
    // The work only hears that its client cannot be used.
    if (lost === undefined || error instanceof pg.DatabaseError || error instanceof CliError) throw error;
    throw new CliError(`the connection to ${client.host}:${client.port} was lost: ${lost.message}`, { cause: error });
  } finally {
    await client.end();
  }
}

export async function connect(options: ConnectionOptions): Promise<pg.Client> {
  const url = options.url ?? process.env.DATABASE_URL;
  if (
    url === undefined &&
    !Object.keys(process.env).some((name) => /^PG(HOST|HOSTADDR|PORT|DATABASE|USER)$/.test(name))
  ) {
    throw usageError(
      'no database is named',
      'give --url postgresql://user@host/database, or set DATABASE_URL or PGHOST, PGDATABASE and PGUSER',
    );
  }
  if (url !== undefined && !/^postgres(ql)?:\/\//.test(url)) {
    throw usageError(`"${url}" is no connection URL`, 'it starts with postgresql://');
  }
  const client = new pg.Client({ ...(url === undefined ? {} : { connectionString: url }), application_name: 'pg-ai' });
  // A connection that breaks later makes its query fail; without a listener the process would end with a stack.
  client.on('error', () => {});
  try {
    await client.connect();
  } catch (error) {
    throw explain(error, `${client.host}:${client.port}`, client.database, client.user);
  }
  return client;
}

function explain(error: unknown, where: string, database: string | undefined, user: string | undefined): CliError {
  // Node gives one error for all addresses of a name that were tried.
  const first = error instanceof AggregateError ? error.errors[0] : error;
  const { code = '', message = String(error) } = first as { code?: string; message?: string };
  const known: Record<string, [message: string, hint: string]> = {
    ECONNREFUSED: [
      `nothing listens on ${where}`,
      'start the server, or correct host and port; "pg-ai dev" starts one to try things on',
    ],
    ENOTFOUND: [`there is no host of the name in ${where}`, 'correct the host in --url, DATABASE_URL or PGHOST'],
    ETIMEDOUT: [`${where} does not answer`, 'check the host, the port and what firewalls let through'],
    '28P01': [`the password for ${user} is wrong`, 'correct it in the URL, in PGPASSWORD or in ~/.pgpass'],
    '28000': [`${user} may not connect: ${message}`, 'name another user, or ask the administrator for access'],
    '3D000': [`there is no database ${database} on ${where}`, `create it (createdb ${database}), or name another one`],
    '53300': ['the server has no connection to spare', 'end some, or raise max_connections'],
    '57P03': ['the server is starting up or shutting down', 'try again in a moment'],
  };
  const [text, hint] = known[code] ?? [`cannot connect to ${where}: ${message}`, undefined];
  return new CliError(text, { cause: error, ...(hint === undefined ? {} : { hint }) });
}
