import { hostname } from 'node:os';
import type { Logger } from 'pino';
import { projectVersion } from '../../src/project.ts';
import type { Queryable } from '../delivery.ts';

/**
 * A worker's jobs are its own as long as it renews its lease. graphile-worker itself takes a worker for dead after four hours; here another worker does
 * when the lease has run out, and frees the jobs.
 */
export interface Lease {
  /** Stops renewing and gives up what is still locked. Call it when no attempt runs any more. */
  end(): Promise<void>;
}

export interface LeaseOptions {
  readonly database: Queryable;
  /** The name under which graphile-worker locks jobs. */
  readonly pool: string;
  readonly leaseMs: number;
  readonly log: Logger;
  /** The lease is lost, or will be before it can be known: whatever runs must end. Called once. */
  readonly onLost: (why: string) => void;
  /** Others were found dead, and their jobs are free. */
  readonly onTakeover: (pools: readonly string[]) => void;
}

/** Locks by pools that have no lease are looked for less often than leases that have run out: it takes a look at every job. */
const ORPHANS_MS = 60_000;

export const startLease = async (options: LeaseOptions): Promise<Lease> => {
  const { database, pool, leaseMs, log, onLost, onTakeover } = options;
  await database.query(
    `insert into ai_private.worker (pool, lease, version, host, pid) values ($1, $2 * interval '1 ms', $3, $4, $5)`,
    [pool, leaseMs, projectVersion, hostname(), process.pid],
  );
  let ended = false;
  let renewedAt = performance.now();
  let orphansAt = 0;
  let working: Promise<void> | undefined;

  const lost = (why: string): void => {
    if (ended) return;
    stop();
    onLost(why);
  };

  const renew = async (): Promise<void> => {
    const sentAt = performance.now();
    try {
      const { rowCount } = await database.query(
        'update ai_private.worker set renewed_at = clock_timestamp() where pool = $1',
        [pool],
      );
      if (rowCount === 0) return lost('another worker has taken this one for dead');
      renewedAt = sentAt;
    } catch (error) {
      log.warn({ err: error }, 'the lease could not be renewed');
      return;
    }
    if (ended) return;
    try {
      await takeOver();
    } catch (error) {
      log.warn({ err: error }, 'could not look for dead workers');
    }
  };

  const takeOver = async (): Promise<void> => {
    const { rows } = await database.query<{ pool: string }>(
      `delete from ai_private.worker where renewed_at < clock_timestamp() - lease and pool <> $1 returning pool`,
      [pool],
    );
    const dead = rows.map((row) => row.pool);
    if (performance.now() - orphansAt > ORPHANS_MS) {
      orphansAt = performance.now();
      dead.push(...(await orphans()));
    }
    if (dead.length === 0) return;
    await free(database, dead);
    log.warn({ pools: dead }, 'workers were found dead; their jobs are free');
    onTakeover(dead);
  };

  /** Pools that hold jobs without a lease: they died before they had one, or whoever found them dead died before it freed their jobs. */
  const orphans = async (): Promise<string[]> => {
    const { rows } = await database.query<{ pool: string }>(
      `select distinct j.locked_by as pool from graphile_worker.jobs j
       where j.locked_by is not null and j.task_identifier like 'pg\\_ai.%' and j.locked_at < clock_timestamp() - $1 * interval '1 ms'
         and not exists (select from ai_private.worker w where w.pool = j.locked_by)`,
      [leaseMs],
    );
    return rows.map((row) => row.pool);
  };

  const timer = setInterval(() => {
    // Others go by the server's clock; this leaves them and the attempts here a third of the lease to make up for delays.
    if (performance.now() - renewedAt > (leaseMs * 2) / 3) return lost('the lease could not be renewed in time');
    working ??= renew().finally(() => {
      working = undefined;
    });
  }, leaseMs / 6);

  const stop = (): void => {
    ended = true;
    clearInterval(timer);
  };

  return {
    async end() {
      stop();
      await working;
      await free(database, [pool]);
      await database.query('delete from ai_private.worker where pool = $1', [pool]);
    },
  };
};

/** Also removes what is left of jobs that were put back as others (putBack), and whose end could not be written: nobody would ever take them. */
const free = async (database: Queryable, pools: readonly string[]): Promise<void> => {
  await database.query('select graphile_worker.force_unlock_workers($1::text[])', [pools]);
  await database.query(
    `delete from graphile_worker._private_jobs j using graphile_worker._private_tasks t
     where t.id = j.task_id and t.identifier like 'pg\\_ai.%' and j.key is null and j.attempts >= j.max_attempts and j.locked_at is null`,
  );
};
