// pg-boss with handlers that do nothing, or tell when they began: woken by NOTIFY, and fetching at once while there is more.
import { PgBoss } from 'pg-boss';

const [url, concurrency, batch] = process.argv.slice(2);
const boss = new PgBoss({ connectionString: url, useListenNotify: true });
boss.on('error', (error) => console.error(error));
await boss.start();
const options = { batchSize: Number(batch), pollingIntervalSeconds: 0.5, burstWhenBatchFull: true };
for (const queue of ['drain', 'latency']) {
  // What is inserted by SQL is found by polling.
  await boss.createQueue(queue, { notify: queue === 'latency' });
  for (let n = 0; n < Number(concurrency); n++)
    await boss.work(queue, options, async (jobs) => {
      if (queue === 'latency')
        for (const { data } of jobs) process.send?.([data.n, performance.timeOrigin + performance.now()]);
    });
}
process.send?.('ready');
process.on('SIGTERM', async () => {
  await boss.stop({ graceful: false });
  process.exit(0);
});
