// Handlers that do nothing, or tell when they began, for the cases about what happens after commit.
import { EventRegistry } from '../../workers/index.ts';

const handler = async () => {};
EventRegistry.register({ name: 'bench', trigger: 'post', entity: 'bench.account', action: 'create', handler });
EventRegistry.register({ name: 'drain', trigger: 'post', entity: 'load', action: '*', handler });
EventRegistry.register({
  name: 'latency',
  trigger: 'post',
  entity: 'latency',
  action: '*',
  handler: async ({ payload }) => process.send?.([payload.n, performance.timeOrigin + performance.now()]),
});
