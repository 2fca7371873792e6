// Sends jobs as an application does with pg-boss.
import { PgBoss } from 'pg-boss';

export const open = async ({ connectionString }) => {
  const boss = new PgBoss({ connectionString, supervise: false, schedule: false, max: 8 });
  boss.on('error', (error) => console.error(error));
  await boss.start();
  await boss.createQueue('latency', { notify: true });
  return { create: (data) => boss.send('latency', data), close: () => boss.stop({ graceful: false }) };
};
