import { runMigrations } from 'graphile-worker';
import type pg from 'pg';
import type { Logger } from 'pino';
import { queueLogger } from '../telemetry/log.ts';

/** graphile-worker's schema could not be readied. */
export class QueueMissing extends Error {
  override readonly name = 'QueueMissing';
  readonly hint: string;
  constructor(message: string, hint: string, options?: ErrorOptions) {
    super(message, options);
    this.hint = hint;
  }
}

/**
 * Makes or updates graphile-worker's schema. Its tables have row-level security without policies, so that only their owner gets in: one that is made
 * here is handed to ai_worker, and so every member of that role gets in. One that somebody else has made stays theirs.
 * @throws QueueMissing
 */
export const prepareQueue = async (pool: pg.Pool, log: Logger): Promise<void> => {
  const { rows } = await pool.query<{ owner: string | null; may: boolean; usable: boolean; who: string }>(`
    select (select nspowner::regrole::text from pg_namespace where nspname = 'graphile_worker') as owner,
      has_database_privilege(current_database(), 'create') as may,
      coalesce((select pg_has_role(nspowner, 'usage') from pg_namespace where nspname = 'graphile_worker'), true) as usable,
      current_user as who`);
  const { owner = null, may = false, usable = false, who = '' } = rows[0] ?? {};
  if (owner === null && !may)
    throw new QueueMissing(
      `the schema graphile_worker is not there, and ${who} may not create it`,
      'once, as the owner of the database: pg-ai worker --prepare',
    );
  if (!usable)
    throw new QueueMissing(
      `the schema graphile_worker belongs to ${owner}, and ${who} is no member of that`,
      `grant ${owner} to ${who}`,
    );
  await runMigrations({ pgPool: pool, logger: queueLogger(log) });
  if (owner === null || owner === 'ai_worker') await pool.query(HAND_OVER);
};

/** To ai_worker, whatever in the schema is not its own yet. */
const HAND_OVER = `
do $pg_ai$
declare
  statement text;
begin
  if not pg_catalog.pg_has_role('ai_worker', 'member') then
    return;
  end if;
  for statement in
    select pg_catalog.format('alter schema graphile_worker owner to ai_worker')
    from pg_catalog.pg_namespace n where n.nspname = 'graphile_worker' and n.nspowner <> 'ai_worker'::regrole
    union all
    select pg_catalog.format('alter table graphile_worker.%I owner to ai_worker', c.relname)
    from pg_catalog.pg_class c
    where c.relnamespace = 'graphile_worker'::regnamespace and c.relkind in ('r', 'p', 'v') and c.relowner <> 'ai_worker'::regrole
    union all
    select pg_catalog.format('alter function %s owner to ai_worker', p.oid::regprocedure)
    from pg_catalog.pg_proc p where p.pronamespace = 'graphile_worker'::regnamespace and p.proowner <> 'ai_worker'::regrole
    union all
    select pg_catalog.format('alter type graphile_worker.%I owner to ai_worker', t.typname)
    from pg_catalog.pg_type t
    join pg_catalog.pg_class c on c.oid = t.typrelid
    where t.typnamespace = 'graphile_worker'::regnamespace and c.relkind = 'c' and t.typowner <> 'ai_worker'::regrole
  loop
    execute statement;
  end loop;
end
$pg_ai$`;
