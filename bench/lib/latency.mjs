// A handler that tells when it began.
import { EventRegistry } from '../../workers/index.ts';

EventRegistry.register({
  name: 'latency',
  trigger: 'post',
  entity: 'latency',
  action: '*',
  handler: async ({ payload }) => process.send?.([payload.n, performance.timeOrigin + performance.now()]),
});
