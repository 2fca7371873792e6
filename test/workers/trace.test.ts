import { SpanStatusCode, trace } from '@opentelemetry/api';
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { useTables } from '../guarantees/fixture.ts';
import { useDatabase } from '../support/database.ts';
import { mutate } from '../support/mutation.ts';
import { handlersOf, until, useWorkers } from './stage.ts';

/** What an OpenTelemetry SDK in the worker's process records. */
const database = useDatabase();
const stage = useWorkers(database);
useTables(
  database,
  `create table public.users (id int primary key);
   comment on table public.users is '{"operations": {"create": {"required": ["id"]}}}'`,
);
const exporter = new InMemorySpanExporter();
const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const MUTATION = '00f067aa0ba902b7';

const told: (string | undefined)[] = [];
const handlers = handlersOf((registry) => {
  const on = {
    trigger: 'post',
    entity: 'user',
    action: 'create',
    backoff: { base_ms: 1, factor: 1, max_ms: 1 },
  } as const;
  registry.register({
    ...on,
    name: 'traced',
    handler: async (ctx) => {
      told.push(ctx.trace.traceparent);
      await ctx.trace.span('call the other service', async () => {});
      if (ctx.payload.id === 2 && ctx.attempt === 1) throw new Error('not yet');
    },
  });
  registry.register({
    ...on,
    entity: 'trace.batch',
    action: 'happened',
    name: 'batch',
    batchSize: 10,
    handler: () => {},
  });
});

beforeAll(async () => {
  trace.setGlobalTracerProvider(new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }));
  await stage.start({ handlers, deliveries: {} });
});
beforeEach(() => {
  exporter.reset();
  told.length = 0;
});
afterAll(() => trace.disable());

/** Writes under what the caller says of its trace. */
const under = async (
  traceId: string,
  work: (client: Awaited<ReturnType<typeof database.client>>) => Promise<unknown>,
) => {
  const client = await database.client();
  await client.query('begin');
  await client.query(`select set_config('pg_ai.trace_id', $1, true)`, [traceId]);
  await work(client);
  await client.query('commit');
  await client.end();
};
const spans = async (name: string, count: number) => {
  await until(() => exporter.getFinishedSpans().filter((span) => span.name === name).length >= count);
  return exporter.getFinishedSpans().filter((span) => span.name === name);
};

test('the span of a handler is a child of the mutation’s, and what the handler does is below it', async () => {
  await under(`00-${TRACE}-${MUTATION}-01`, (client) => mutate(client, 'create', 'users', { id: 1 }));
  const [span] = await spans('deliver traced', 1);
  const [inner] = await spans('call the other service', 1);
  expect(span?.spanContext().traceId).toBe(TRACE);
  expect(span?.parentSpanContext).toMatchObject({ traceId: TRACE, spanId: MUTATION, isRemote: true });
  expect(span?.attributes).toMatchObject({
    'messaging.system': 'pg_ai',
    'messaging.destination.name': 'traced',
    'pg_ai.topic': 'public.users.create',
    'pg_ai.attempt': 1,
  });
  expect(inner?.spanContext().traceId).toBe(TRACE);
  expect(inner?.parentSpanContext?.spanId).toBe(span?.spanContext().spanId);
  // For requests to others.
  expect(told).toEqual([`00-${TRACE}-${span?.spanContext().spanId}-01`]);
});

test('a failed attempt and the next one are spans of the same trace', async () => {
  await under(`00-${TRACE}-${MUTATION}-01`, (client) => mutate(client, 'create', 'users', { id: 2 }));
  const [first, second] = await spans('deliver traced', 2);
  expect(first?.status).toEqual({ code: SpanStatusCode.ERROR, message: 'not yet' });
  expect(first?.events).toMatchObject([{ name: 'exception' }]);
  expect(second?.status).toEqual({ code: SpanStatusCode.UNSET });
  expect([first, second].map((span) => [span?.parentSpanContext?.spanId, span?.attributes['pg_ai.attempt']])).toEqual([
    [MUTATION, 1],
    [MUTATION, 2],
  ]);
});

test('a bare trace id joins the trace; without one the attempt begins its own', async () => {
  await under(TRACE, (client) => mutate(client, 'create', 'users', { id: 3 }));
  const [joined] = await spans('deliver traced', 1);
  expect(joined?.spanContext().traceId).toBe(TRACE);
  exporter.reset();
  await mutate(database, 'create', 'users', { id: 4 });
  const [own] = await spans('deliver traced', 1);
  expect(own?.parentSpanContext).toBe(undefined);
  expect(own?.spanContext().traceId).not.toBe(TRACE);
});

test('a batch is one span with a link to each mutation', async () => {
  const other = 'a'.repeat(32);
  const client = await database.client();
  await client.query('begin');
  for (const id of [TRACE, other]) {
    await client.query(`select set_config('pg_ai.trace_id', $1, true)`, [`00-${id}-${MUTATION}-01`]);
    await client.query(`select ai.emit_event('trace.batch.happened')`);
  }
  await client.query('commit');
  const [span] = await spans('deliver batch', 1);
  expect(span?.links.map(({ context }) => context.traceId)).toEqual([TRACE, other]);
  expect(span?.attributes['messaging.batch.message_count']).toBe(2);
});
