import { beforeAll, beforeEach, describe, expect, inject, test } from 'vitest';
import { useDatabase } from '../support/database.ts';
import { declare } from '../support/declare.ts';
import { mutate, refusal } from '../support/mutation.ts';
import { until, useWorkers } from '../workers/stage.ts';

/** Hooks of the phase post_commit: a worker runs them in the database, once, by a subscription that follows their row. */
const database = useDatabase();
const stage = useWorkers(database);

beforeAll(async () => {
  await declare(
    database,
    `create schema app;
     create table app.person (id integer primary key, name text, secret text);
     comment on table app.person is '{"operations": {
         "create": {"required": ["id"], "optional": ["name", "secret"], "hooks": ["welcome"]}, "update": {"optional": ["name"]}, "delete": true},
       "fields": {"secret": {"protected": true}}}';
     create table app.seen (hook text, ctx jsonb, by text default current_user, fail boolean);
     create sequence app.attempts;
     grant usage on schema app to ai_owner; grant select, insert on app.seen to ai_owner; grant usage on sequence app.attempts to ai_owner;
     create function app.note(ctx jsonb) returns jsonb language sql as $$ insert into app.seen values ('note', ctx) returning null::jsonb $$;
     create function app.fail(ctx jsonb) returns jsonb language plpgsql as $$ begin
       insert into app.seen values ('fail', ctx);
       if nextval('app.attempts') < 3 then raise exception 'not yet'; end if;
       return null;
     end $$;
     create function app.refuse(ctx jsonb) returns jsonb language sql as $$ select '{"refuse": {"message": "never"}}'::jsonb $$`,
  );
  await stage.start();
});
beforeEach(async () => {
  await declare(database, 'delete from ai.hooks');
  await database.query('truncate app.person, app.seen, ai.dead_letters');
});

const hook = (name: string, rest: string): Promise<void> => {
  const at = rest.indexOf(' values ');
  const [columns, values] = [rest.slice(0, at), rest.slice(at + ' values '.length)];
  return declare(
    database,
    `insert into ai.hooks (name, phase, ${columns}) values ('${name}', 'post_commit', ${values})`,
  );
};
const seen = () => database.query<{ hook: string; ctx: Record<string, unknown>; by: string }>('select * from app.seen');
const arrived = (n: number): Promise<void> => until(async () => (await seen()).length >= n);
const subscriptions = () =>
  database.query('select name, topics, filter, settings from ai.subscriptions where settings ? $1 order by name', [
    'hook',
  ]);
const lastEvent = async (): Promise<string> =>
  (await database.query<{ id: string }>('select max(id)::text as id from ai.event_log'))[0]?.id ?? '';

describe('a hook', () => {
  test('runs once after commit, as ai_owner, and is told of the row without protected fields', async () => {
    await hook('note', `relation, operation, function values 'app.person', 'create', 'app.note'`);
    const client = await database.client();
    await client.query(
      `begin; select set_config('pg_ai.actor', 'ann', true), set_config('pg_ai.trace_id', 'abc', true)`,
    );
    await mutate(client, 'create', 'app.person', { id: 1, name: 'a', secret: 's' });
    await client.query('rollback');
    await client.query(
      `begin; select set_config('pg_ai.actor', 'ann', true), set_config('pg_ai.trace_id', 'abc', true)`,
    );
    await mutate(client, 'create', 'app.person', { id: 2, name: 'b', secret: 's' });
    expect(await seen()).toEqual([]);
    await client.query('commit');
    await mutate(database, 'update', 'app.person', { id: 2, name: 'c' });
    await arrived(1);
    const id = (
      await database.query<{ id: string }>(
        `select id::text from ai.event_log where topic = 'app.person.create' order by id desc limit 1`,
      )
    )[0]?.id;
    await stage.settled('hook:note');
    expect(await seen()).toMatchObject([
      {
        by: 'ai_owner',
        ctx: {
          inputs: null,
          row: { id: 2, name: 'b' },
          old: null,
          actor: 'ann',
          operation: 'create',
          table: 'app.person',
          event: { id, topic: 'app.person.create', key: { id: 2 }, action: null, trace_id: 'abc' },
        },
      },
    ]);
    expect((await seen())[0]?.ctx.row).not.toHaveProperty('secret');
    expect(await database.query('select subscription, state from ai.deliveries($1)', [id])).toEqual([
      { subscription: 'hook:note', state: 'done' },
    ]);
  });

  test('with a condition runs where it is true; after a delete the row is the old one', async () => {
    await hook(
      'note',
      `relation, condition, function values 'app.person', $$(row ->> 'name' = 'b' or old ->> 'name' = 'b') and actor <> ''$$, 'app.note'`,
    );
    await mutate(database, 'create', 'app.person', { id: 1, name: 'a' });
    await mutate(database, 'create', 'app.person', { id: 2, name: 'b' });
    await mutate(database, 'delete', 'app.person', { id: 2 });
    await mutate(database, 'delete', 'app.person', { id: 1 });
    await arrived(2);
    await stage.settled('hook:note');
    const told = (await seen()).map(({ ctx: { operation, row, old } }) => ({ operation, row, old }));
    expect(told.sort((a, b) => String(a.operation).localeCompare(String(b.operation)))).toEqual([
      { operation: 'create', row: { id: 2, name: 'b' }, old: null },
      { operation: 'delete', row: null, old: { id: 2, name: 'b' } },
    ]);
  });

  test('that fails is tried again, and what it wrote is kept once', async () => {
    await hook('fail', `relation, operation, function values 'app.person', 'create', 'app.fail'`);
    await database.query(
      `update ai.subscriptions set backoff = '{"base_ms": 1, "max_ms": 1}' where name = 'hook:fail'`,
    );
    await mutate(database, 'create', 'app.person', { id: 1 });
    await arrived(1);
    await stage.settled('hook:fail');
    expect((await seen()).map(({ hook }) => hook)).toEqual(['fail']);
    expect(await database.query('select from ai.dead_letters')).toEqual([]);
  });

  test('that keeps failing becomes a dead letter, and can be tried again', async () => {
    await hook('refuse', `relation, operation, function values 'app.person', 'create', 'app.refuse'`);
    await database.query(
      `update ai.subscriptions set max_attempts = 2, backoff = '{"base_ms": 1, "max_ms": 1}' where name = 'hook:refuse'`,
    );
    await mutate(database, 'create', 'app.person', { id: 1 });
    const id = await lastEvent();
    await until(async () => (await database.query('select from ai.dead_letters')).length > 0);
    expect(await database.query('select subscription, state, attempts, error from ai.deliveries($1)', [id])).toEqual([
      { subscription: 'hook:refuse', state: 'given up', attempts: 2, error: expect.stringContaining('never') },
    ]);
    await declare(database, `update ai.hooks set function = 'app.note' where name = 'refuse'`);
    await database.query(`select ai.retry_dead_letters('hook:refuse')`);
    await arrived(1);
    expect(await seen()).toMatchObject([{ hook: 'note', ctx: { row: { id: 1 } } }]);
  });

  test('whose function has become another since then is not called', async () => {
    await hook('note', `relation, operation, function values 'app.person', 'create', 'app.note'`);
    await database.query(`update ai.subscriptions set paused = true, max_attempts = 1 where name = 'hook:note'`);
    await mutate(database, 'create', 'app.person', { id: 1 });
    await database.query('alter function app.note(jsonb) security definer');
    await database.query(`update ai.subscriptions set paused = false where name = 'hook:note'`);
    await until(async () => (await database.query('select from ai.dead_letters')).length > 0);
    expect(await database.query('select error from ai.dead_letters')).toEqual([
      { error: expect.stringContaining('the hook "note" cannot be called: app.note is SECURITY DEFINER') },
    ]);
    expect(await seen()).toEqual([]);
    await declare(database, 'alter function app.note(jsonb) security invoker');
  });

  test.for(['sql', 'plpgsql', 'javascript'])('of code in %s', async (language, { skip }) => {
    if (language === 'javascript' && inject('server').javascript === 'none')
      skip('this server has no JavaScript language: install plv8 or pljs');
    const code = {
      sql: `insert into app.seen values ('code', ctx) returning null::jsonb`,
      plpgsql: `begin insert into app.seen values ('code', ctx); return null; end`,
      javascript: `db.query('insert into app.seen values ($1, $2)', ['code', ctx]); return null;`,
    }[language];
    await hook(
      'code',
      `relation, operation, language, code values 'app.person', 'create', '${language}', $js$${code}$js$`,
    );
    await mutate(database, 'create', 'app.person', { id: 1 });
    await arrived(1);
    expect(await seen()).toMatchObject([{ hook: 'code', ctx: { table: 'app.person', row: { id: 1 } } }]);
  });
});

describe('its subscription', () => {
  test('follows the row: enabled or not, changed, renamed, gone', async () => {
    await hook('note', `relation, operation, function values 'app.person', 'create', 'app.note'`);
    const one = {
      name: 'hook:note',
      topics: ['app.person.create'],
      filter: 'audit_id is not null',
      settings: { hook: 'note' },
    };
    expect(await subscriptions()).toEqual([one]);
    await database.query(`update ai.subscriptions set max_attempts = 7 where name = 'hook:note'`);
    await declare(database, `update ai.hooks set operation = null, condition = 'row is not null' where name = 'note'`);
    expect(await subscriptions()).toEqual([
      { ...one, topics: ['app.person.*'], filter: 'audit_id is not null and ("row" is not null\n)' },
    ]);
    expect(await database.query(`select max_attempts as n from ai.subscriptions where name = 'hook:note'`)).toEqual([
      { n: 7 },
    ]);
    await declare(database, `update ai.hooks set enabled = false where name = 'note'`);
    expect(await subscriptions()).toEqual([]);
    await declare(database, `update ai.hooks set enabled = true, relation = null where name = 'note'`);
    expect(await subscriptions()).toMatchObject([{ topics: ['*.*.*'] }]);
    await declare(database, `update ai.hooks set name = 'other' where name = 'note'`);
    expect(await subscriptions()).toMatchObject([{ name: 'hook:other', settings: { hook: 'other' } }]);
    await declare(database, `update ai.hooks set phase = 'post' where name = 'other'`);
    expect(await subscriptions()).toEqual([]);
  });

  test('follows declarations that name it, and tables that are renamed or dropped', async () => {
    await hook('welcome', `settings, function values '{"only_named": true}', 'app.note'`);
    expect(await subscriptions()).toMatchObject([{ topics: ['app.person.create'] }]);
    await declare(
      database,
      `create table app.more (id integer primary key);
       comment on table app.more is '{"operations": {"create": true, "delete": {"hooks": ["welcome"]}}}';
       insert into ai.hooks (name, phase, relation, operation, function) values ('note', 'post_commit', 'app.more', 'create', 'app.note')`,
    );
    expect(await subscriptions()).toMatchObject([
      { name: 'hook:note', topics: ['app.more.create'] },
      { name: 'hook:welcome', topics: ['app.more.delete', 'app.person.create'] },
    ]);
    await declare(database, 'alter table app.more rename to other');
    expect(await subscriptions()).toMatchObject([
      { topics: ['app.other.create'] },
      { topics: ['app.other.delete', 'app.person.create'] },
    ]);
    await declare(database, `comment on table app.other is '{"operations": {"create": true}}'`);
    expect(await subscriptions()).toMatchObject([{ topics: ['app.other.create'] }, { topics: ['app.person.create'] }]);
    await database.query('drop table app.other');
    expect(await subscriptions()).toMatchObject([{ name: 'hook:welcome' }]);
  });

  test('belongs to the hook: no other one may call it', async () => {
    await hook('note', `relation, operation, function values 'app.person', 'create', 'app.note'`);
    const refused = await refusal(
      database.query(
        `insert into ai.subscriptions (name, topics, delivery, settings) values ('mine', '{**}', 'job', '{"hook": "note"}')`,
      ),
    );
    expect(refused.message).toContain('settings.hook: a hook has a subscription of its own');
  });

  test('is told by explain, and changes nothing in the operation', async () => {
    const source = async () =>
      (
        await database.query<{ src: string }>(
          `select prosrc as src from pg_proc p join ai.operation o on o.function_oid = p.oid where o.qualified_name = 'app.person' and o.operation = 'create'`,
        )
      )[0]?.src.replaceAll(/[0-9a-f]{8,}/g, '');
    const before = await source();
    await hook('note', `relation, operation, function values 'app.person', 'create', 'app.note'`);
    expect(await source()).toBe(before);
    const [explained] = await database.query<{ plan: { hooks: unknown } }>(
      `select ai.explain_mutation('create', 'app.person', '{"id": 1}') as plan`,
    );
    expect(explained?.plan.hooks).toMatchObject([{ hook: 'note', phase: 'post_commit', function: 'app.note' }]);
    await stage.settled('hook:note');
    expect(await seen()).toEqual([]);
  });
});

describe('refused when it is registered:', () => {
  test.each([
    [`relation, operation, function values 'app.person', 'fetch', 'app.note'`, 'operation: a fetch changes nothing'],
    [`relation, function values 'app.person', 'app.nothing'`, 'function: there is no function app.nothing(jsonb)'],
    [
      `relation, condition, function values 'app.person', $$inputs ? 'x'$$, 'app.note'`,
      'condition: column "inputs" does not exist',
    ],
    [
      `relation, condition, function values 'app.person', 'now() > event.at', 'app.note'`,
      'condition: it depends on more than the event',
    ],
  ])('%s', async (row, reason) => {
    const refused = await refusal(hook('h', row));
    expect(refused.message).toContain(reason);
    expect(await subscriptions()).toEqual([]);
  });
});

describe('with actions', () => {
  test('hears of what an action has done', async () => {
    await declare(
      database,
      `insert into ai.meta_actions (action_name, language, steps) values ('enlist', 'steps', '[{"create": "app.person", "values": {"id": 5}}]')`,
    );
    await hook('note', `action, function values 'enlist', 'app.note'`);
    await mutate(database, 'create', 'app.person', { id: 4 });
    await database.query(`select ai.execute_action('enlist', '{}')`);
    await arrived(1);
    await stage.settled('hook:note');
    expect(await seen()).toMatchObject([{ ctx: { row: { id: 5 }, event: { action: 'enlist' } } }]);
  });
});
