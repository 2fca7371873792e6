// graphile-worker by itself, with a task that does nothing under the name that our jobs have: the floor that draining is held against.
import { run } from 'graphile-worker';

const [url, concurrency, localQueue] = process.argv.slice(2);
const runner = await run({
  connectionString: url,
  concurrency: Number(concurrency),
  noHandleSignals: true,
  preset: { worker: { localQueue: { size: Number(localQueue) }, completeJobBatchDelay: 0 } },
  taskList: { 'pg_ai.job:drain': async () => {} },
});
process.on('SIGTERM', () => runner.stop());
