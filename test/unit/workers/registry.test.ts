import { beforeEach, expect, expectTypeOf, test } from 'vitest';
import { z } from 'zod';
import { EventRegistry, type HandlerContext } from '../../../workers/index.ts';
import { resolveEntity } from '../../../workers/sync.ts';

declare module '../../../workers/registry.ts' {
  interface Entities {
    user: { id: number; email: string };
  }
}

beforeEach(() => EventRegistry.clear());

const handler = async (): Promise<void> => {};

test('a registration as in the sketch, with the name that it gets', () => {
  EventRegistry.register({ trigger: 'post', entity: 'user', action: 'create', handler: async (_ctx) => {} });
  EventRegistry.register({ trigger: 'post', entity: 'public.users', action: ['update', 'delete'], handler });
  EventRegistry.register({ trigger: 'post', entity: '*', action: '*', name: 'everything', handler });
  expect(EventRegistry.all.map(({ name, actions }) => ({ name, actions }))).toEqual([
    { name: 'user.create', actions: ['create'] },
    { name: 'public.users.update/delete', actions: ['update', 'delete'] },
    { name: 'everything', actions: ['*'] },
  ]);
});

test('a payload is typed by its entity, by its schema, and else as any row', () => {
  EventRegistry.register({
    trigger: 'post',
    entity: 'user',
    action: 'create',
    handler: (ctx) => expectTypeOf(ctx.payload).toEqualTypeOf<{ id: number; email: string }>(),
  });
  EventRegistry.register({
    trigger: 'post',
    entity: 'user',
    action: 'update',
    schema: z.object({ since: z.coerce.date() }),
    handler: (ctx) => expectTypeOf(ctx.payload).toEqualTypeOf<{ since: Date }>(),
  });
  EventRegistry.register({
    trigger: 'post',
    entity: 'order',
    action: 'create',
    handler: (ctx) => expectTypeOf(ctx).toEqualTypeOf<HandlerContext<Readonly<Record<string, unknown>>>>(),
  });
  expect(EventRegistry.all).toHaveLength(3);
});

test.each([
  [{ trigger: 'pre', entity: 'user', action: 'create', handler }, /trigger "pre".*ai\.hooks/],
  [{ trigger: 'post', entity: '', action: 'create', handler }, /entity must name a table/],
  [{ trigger: 'post', entity: 'user', action: [], handler }, /action must be create, update/],
  [{ trigger: 'post', entity: 'user', action: 'create' }, /handler must be a function/],
  [{ trigger: 'post', entity: 'user', action: 'create', batchSize: 0, handler }, /batchSize/],
  [
    { trigger: 'post', entity: '"odd name"', action: 'create', handler },
    /no name for a subscription.*give it a "name"/,
  ],
])('%j is refused', (registration, why) => {
  expect(() => EventRegistry.register(registration as never)).toThrow(why);
});

test('all that is wrong is told at once, and what is unknown is not passed over', () => {
  const registration = {
    trigger: 'post',
    entity: '',
    action: 'create',
    fliter: 'true',
    colour: 'red',
    maxAttempts: 0,
    timeoutMs: '5s',
    ordered: 'yes',
    schema: {},
    backoff: { bas_ms: 1, factor: 2 },
  };
  expect(() => EventRegistry.register(registration as never)).toThrow(
    new Error(
      [
        'EventRegistry.register({"entity":"","action":"create"}): ',
        'entity must name a table, such as "users"',
        'handler must be a function',
        '"fliter" is unknown; did you mean "filter"?',
        '"colour" is unknown; there are trigger, entity, action, handler, name, schema, filter, startAt, ordered, maxAttempts, backoff, timeoutMs, batchSize',
        'maxAttempts must be a whole number from 1 to 1000',
        'timeoutMs must be a whole number from 1 to 86400000',
        'ordered must be true or false',
        'schema must be a schema of zod',
        'backoff: "bas_ms" is unknown; did you mean "base_ms"?',
      ].join('\n  '),
    ),
  );
});

test('a name is given once', () => {
  EventRegistry.register({ trigger: 'post', entity: 'user', action: 'create', handler });
  expect(() => EventRegistry.register({ trigger: 'post', entity: 'user', action: 'create', handler })).toThrow(
    /there is a handler "user.create" already; give this one another "name"/,
  );
});

test('an entity is a table by its full name, by its name, or in the singular', () => {
  const tables = ['public.users', 'shop.users', 'shop.companies', 'shop.boxes', 'a.note', 'b.note', '"Odd"."Name"'];
  expect(
    ['shop.users', 'users', 'user', 'company', 'box', 'boxes', '*', '"Odd"."Name"', 'elsewhere.thing'].map((entity) =>
      resolveEntity(entity, tables),
    ),
  ).toEqual([
    'shop.users',
    'public.users',
    'public.users',
    'shop.companies',
    'shop.boxes',
    'shop.boxes',
    '*',
    '"Odd"."Name"',
    'elsewhere.thing',
  ]);
  // In two schemas, neither of them public; nowhere.
  expect([resolveEntity('note', tables), resolveEntity('usr', tables)]).toEqual([undefined, undefined]);
});
