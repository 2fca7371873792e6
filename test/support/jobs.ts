import { makeWorkerUtils } from 'graphile-worker';
import pg from 'pg';
import type { TestDatabase } from './database.ts';

/** Puts graphile-worker's tables in a database, as the first worker does, for ai_worker to use. */
export async function prepareJobs(database: TestDatabase): Promise<void> {
  const pool = new pg.Pool({ connectionString: database.url, max: 1, options: '-c client_min_messages=warning' });
  pool.on('error', () => {});
  pool.on('connect', (client) => client.on('error', () => {}));
  try {
    const utils = await makeWorkerUtils({ pgPool: pool });
    await utils.migrate();
    await utils.release();
  } finally {
    await pool.end();
  }
}

export type Job = {
  readonly task: string;
  readonly key: string;
  readonly queue: string | null;
  readonly payload: Record<string, unknown>;
  readonly revision: number;
  readonly max_attempts: number;
};

/** Jobs in the order in which one worker would take them. */
export const jobsOf = (database: TestDatabase, subscription: string): Promise<Job[]> =>
  database.query<Job>(
    `select j.task_identifier as task, j.key, j.queue_name as queue, p.payload, j.revision, j.max_attempts
       from graphile_worker.jobs j join graphile_worker._private_jobs p on p.id = j.id
      where p.payload ->> 'subscription' = $1 order by j.priority, j.run_at`,
    [subscription],
  );
