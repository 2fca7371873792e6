import type pg from 'pg';
import type { Logger } from 'pino';
import { bundleCompiler } from '../src/install/bundle.ts';
import { compileTables, OtherCompiler } from '../src/install/compile-host.ts';
import { findInstallation } from '../src/install/installed.ts';
import type { Listener } from './listen.ts';
import type { Metrics } from './telemetry/metrics.ts';

/** Compiles declarations for a database that cannot do it itself. */
export interface CompileService {
  stop(): Promise<void>;
}

export interface CompileServiceOptions {
  readonly pool: pg.Pool;
  readonly listener: Listener;
  readonly log: Logger;
  readonly metrics: Metrics;
  /** How often it is looked where no doorbell is heard. Default 500 ms; with a doorbell ten times that. */
  readonly pollMs?: number;
}

/** Rung by ai_private.mark when a declaration is to wait for a compiler. */
const DOORBELL = 'pg_ai_compile';
/** What could not be brought into force for want of a privilege or a role is looked at again: neither rings when it comes. */
const AGAIN_MS = 15_000;
/** In case a JavaScript language comes or goes. */
const LANGUAGE_MS = 60_000;

export const startCompileService = (options: CompileServiceOptions): CompileService => {
  const { pool, listener, log, metrics, pollMs = 500 } = options;
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  let working: Promise<void> | undefined;
  let again = false;
  let needed: { readonly at: number; readonly triggers: boolean } | undefined;
  let looked = '';
  let refusedAt = performance.now();

  const pass = async (): Promise<void> => {
    const client = await pool.connect();
    try {
      if (needed === undefined || performance.now() - needed.at > LANGUAGE_MS) {
        const installed = await findInstallation(client as unknown as pg.Client);
        needed =
          installed?.javascript === 'none' ? { at: performance.now(), triggers: installed.eventTriggers } : undefined;
        if (needed === undefined) return;
        // Takes a moment the first time, which the first change should not have to wait for.
        await bundleCompiler();
      }
      const { rows } = await client.query<{ pending: boolean; refused: boolean }>(
        `select coalesce(bool_or(state = 'pending'), false) or exists (select from ai.action where state = 'pending') as pending,
           coalesce(bool_or(state = 'inconsistent' and fingerprint is null), false) as refused from ai.declaration`,
      );
      const [state] = rows;
      const due = state?.refused === true && performance.now() - refusedAt > AGAIN_MS;
      if (due) refusedAt = performance.now();
      const changed = !needed.triggers && (await hasChanged(client));
      if (state?.pending !== true && !due && !changed) return;
      await compileTables(client as unknown as pg.Client, {
        // Without event triggers nobody marks what has changed.
        ...(needed.triggers ? { only: due ? 'waiting' : 'pending' } : {}),
        report: ({ table, outcome, diagnostics }) => {
          if (outcome === 'unchanged') return;
          metrics.compiled.inc({ outcome });
          if (outcome === 'refused') log.warn({ table, diagnostics }, `the declaration of ${table} is refused`);
          else log.info({ table }, `${table}: ${outcome}`);
        },
      });
    } finally {
      client.release();
    }
  };

  /** Whether the catalog has changed where declarations could. */
  const hasChanged = async (client: pg.PoolClient): Promise<boolean> => {
    const { rows } = await client.query<{ print: string }>(CATALOG_PRINT);
    const print = rows[0]?.print ?? '';
    const changed = print !== looked;
    looked = print;
    return changed;
  };

  const run = (): void => {
    clearTimeout(timer);
    if (stopped) return;
    if (working !== undefined) {
      again = true;
      return;
    }
    working = pass()
      .catch((error) => {
        if (error instanceof OtherCompiler)
          log.error({ err: error }, 'not compiling: this worker and the database differ');
        else log.warn({ err: error }, 'could not compile; trying again');
      })
      .finally(() => {
        working = undefined;
        if (stopped) return;
        const rests = listener.works && (needed === undefined || needed.triggers) ? pollMs * 10 : pollMs;
        timer = setTimeout(run, again ? 0 : rests);
        again = false;
      });
  };

  const silence = listener.on(DOORBELL, run);
  run();
  return {
    async stop() {
      stopped = true;
      silence();
      clearTimeout(timer);
      await working;
    },
  };
};

/** A number that another state of the catalog is all but sure not to have: rows of declared tables, their parts and all comments, by where they lie. */
const CATALOG_PRINT = `
  with target as (select t as oid from ai_private.candidates() as t)
  select md5(coalesce(sum(hashtextextended(x.print, 0)), 0)::text) as print
  from (
    select 'd' || d.xmin || d.ctid::text as print from pg_catalog.pg_description d where d.classoid = 'pg_catalog.pg_class'::regclass
    union all select 'c' || c.xmin || c.ctid::text from pg_catalog.pg_class c join target t on t.oid = c.oid
    union all select 'a' || a.xmin || a.ctid::text from pg_catalog.pg_attribute a join target t on t.oid = a.attrelid
    union all select 'k' || k.xmin || k.ctid::text from pg_catalog.pg_constraint k join target t on t.oid = k.conrelid
    union all select 'i' || i.xmin || i.ctid::text from pg_catalog.pg_index i join target t on t.oid = i.indrelid
  ) as x`;
