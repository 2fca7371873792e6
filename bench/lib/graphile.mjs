// graphile-worker by itself, with tasks that do nothing under the names that our jobs have: the floor that ours is held against.
import { run } from 'graphile-worker';

const [url, concurrency, localQueue] = process.argv.slice(2);
const runner = await run({
  connectionString: url,
  concurrency: Number(concurrency),
  noHandleSignals: true,
  preset: { worker: { localQueue: { size: Number(localQueue) }, completeJobBatchDelay: 0 } },
  taskList: {
    'pg_ai.job:drain': async () => {},
    latency: async ({ n }) => process.send?.([n, performance.timeOrigin + performance.now()]),
  },
});
process.on('SIGTERM', () => runner.stop());
