// Handlers that do nothing, for the cases about what happens after commit.
import { EventRegistry } from '../../workers/index.ts';

const handler = async () => {};
EventRegistry.register({ name: 'bench', trigger: 'post', entity: 'bench.account', action: 'create', handler });
EventRegistry.register({ name: 'drain', trigger: 'post', entity: 'load', action: '*', handler });
