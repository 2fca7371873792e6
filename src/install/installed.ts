import type { Client } from 'pg';

/** What of pg_ai is in a database. */
export interface Installation {
  readonly version: string;
  /** CREATE EXTENSION, or the same SQL run by `pg-ai install`. */
  readonly as: 'extension' | 'objects';
  /** The language that compiles inside the database. */
  readonly javascript: 'plv8' | 'pljs' | 'none';
  /** Whether declarations compile in their own statement; else after ai.compile() or pg-ai compile. */
  readonly eventTriggers: boolean;
}

/** @returns undefined where pg_ai is not installed, also where something else owns a schema of the name ai */
export const findInstallation = async (client: Client): Promise<Installation | undefined> => {
  const found = await client.query<{ installed: boolean }>(
    `select to_regprocedure('ai.version()') is not null and to_regclass('ai_private.javascript') is not null as installed`,
  );
  if (found.rows[0]?.installed !== true) return undefined;
  const { rows } = await client.query<Installation>(`
    select ai.version() as version,
      case when exists (select from pg_extension where extname = 'pg_ai') then 'extension' else 'objects' end as "as",
      coalesce((select l.lanname from pg_proc p join pg_language l on l.oid = p.prolang
        where p.oid = to_regprocedure('ai_private.compile_text(text)')), 'none') as javascript,
      (select count(*) = 2 from pg_event_trigger where evtname in ('pg_ai_on_ddl', 'pg_ai_on_drop')) as "eventTriggers"`);
  return rows[0];
};
