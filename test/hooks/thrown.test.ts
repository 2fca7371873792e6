import { beforeAll, describe, expect, inject, test } from 'vitest';
import { execute } from '../support/action.ts';
import { useDatabase } from '../support/database.ts';
import { declare } from '../support/declare.ts';
import { mutate, refusal } from '../support/mutation.ts';
import { needs } from '../support/needs.ts';

/** Whatever JavaScript throws is told, in hooks as in actions: within the time of the call, and in texts that PostgreSQL can hold. */
const { javascript } = inject('server');
needs(javascript !== 'none', 'this server has no JavaScript language: install plv8 or pljs');

const database = useDatabase();

beforeAll(() =>
  declare(
    database,
    `create schema app; create table app.thing (id integer generated always as identity primary key, name text);
     comment on table app.thing is '{"operations": {"create": {"optional": ["name"]}}}'`,
  ),
);

const hook = async (code: string, phase = 'pre') => {
  await declare(
    database,
    `delete from ai.hooks;
     insert into ai.hooks (name, relation, phase, language, code, settings) values ('h', 'app.thing', '${phase}', 'javascript', $js$${code}$js$, '{"timeout_ms": 100}')`,
  );
  return refusal(mutate(database, 'create', 'app.thing', {}));
};
const action = async (code: string) => {
  await declare(
    database,
    `delete from ai.meta_actions;
     insert into ai.meta_actions (action_name, language, code_template, limits) values ('act', 'javascript', $js$${code}$js$, '{"max_latency": "100 ms"}')`,
  );
  return refusal(execute(database, 'act'));
};

describe('a loop in what is thrown is stopped', () => {
  const loop = 'for (;;);';
  test.each([
    `throw { get message() { ${loop} } }`,
    `throw { get code() { ${loop} } }`,
    `throw { toString() { ${loop} } }`,
    `throw new Refusal("PI350", "x", { toJSON() { ${loop} } })`,
    `throw Object.defineProperty(new DatabaseError({ code: "23505", message: "x" }), "message", { get() { ${loop} } })`,
    `throw new Proxy({}, { getPrototypeOf() { ${loop} } })`,
    // what stops it cannot be changed into something that loops
    `try { ${loop} } catch (e) { try { e.detail.limit = { toJSON() { ${loop} } }; } catch {} try { e.toString = () => { ${loop} }; } catch {} throw e; }`,
    `Object.defineProperty(Refusal, Symbol.hasInstance, { value() { ${loop} } }); throw new TypeError("x")`,
  ])('%s', async (code) => {
    const [refused, failed] = [await hook(code), await action(code)];
    if (code.includes('hasInstance')) expect([refused.code, failed.code]).toEqual(['PI301', 'PI315']);
    else {
      expect([refused.code, refused.message]).toEqual(['PI303', 'the hook "h" ran longer than 100 ms']);
      expect(failed.code).toBe('PI241');
    }
  });
});

describe('in words, whatever it is', () => {
  test.each([
    ['throw null', 'null'],
    ['const nothing = null; throw nothing', 'null'],
    ['try { throw 1 } catch { throw null }', 'null'],
    ['throw ""', 'an empty text without a message'],
    ['throw new Error("")', 'Error without a message'],
    ['throw new TypeError()', 'TypeError without a message'],
    ['throw {}', '[object Object]'],
    ['throw { message: "" }', 'an object without a message'],
    ['throw new Error("a\\u0000b")', 'a\ufffdb'],
    ['throw new Error("a\\ud800b")', 'a\ufffdb'],
    ['throw "\\udc00\\u0000"', '\ufffd\ufffd'],
    ['throw new Error("\ud83d\ude00")', '\ud83d\ude00'],
    ['throw { get message() { throw 1 } }', 'an error that cannot be described was thrown'],
    ['return { a: "\\u0000" }', 'TypeError: PostgreSQL has no text with a NUL character (a)'],
    ['return { a: "x\\ud800" }', 'TypeError: PostgreSQL has no text with half a character (a lone surrogate) (a)'],
    [
      'return { "k\\ud800": 1 }',
      'TypeError: PostgreSQL has no text with half a character (a lone surrogate) (k\ufffd)',
    ],
    ['db.query("select 1 \\u0000")', 'TypeError: PostgreSQL has no text with a NUL character (the statement)'],
    ['db.query("select $1::text", ["\\u0000"])', 'TypeError: PostgreSQL has no text with a NUL character (0)'],
  ])('%s', async (code, message) => {
    const [refused, failed] = [await hook(code), await action(code)];
    expect([refused.code, refused.message, failed.code, failed.message]).toEqual(['PI301', message, 'PI315', message]);
  });

  test('with its own code where only its detail cannot be told', async () => {
    const code = 'const round = {}; round.round = round; throw new Refusal("PI350", "no", round)';
    for (const refused of [await hook(code), await action(code)]) {
      expect([refused.code, refused.message]).toEqual(['PI350', 'no']);
      expect(refused.detail.detail).toMatch(/^no JSON: /);
    }
  });

  test('to those who ask for errors as answers', async () => {
    await hook('throw null');
    const [row] = await database.query<{ a: { errors: { sqlstate: string }[] } }>(
      `select ai.generate_mutations('create', 'app.thing', '[{}]', '{"on_error": "skip"}') as a`,
    );
    expect(row?.a.errors).toMatchObject([{ sqlstate: 'PI301' }]);
  });
});

describe('an error of the database', () => {
  test('names action and line where it says nothing else', async () => {
    const refused = await action('\ndb.query("select 1 / 0")');
    expect(refused).toMatchObject({
      code: '22012',
      detail: { action: 'act', line: 2 },
      hint: 'Thrown by the action act, line 2.',
    });
  });

  test('keeps its own DETAIL and HINT', async () => {
    const refused = await action(
      `db.query("select ai.generate_mutation('create', 'app.thing', $1)", [{ nothing: 1 }])`,
    );
    expect(refused).toMatchObject({ code: 'PI100', detail: { table: 'app.thing', operation: 'create' } });
  });

  test('is raised without empty lines, also where a hook tells it otherwise', async () => {
    const empty = async (call: string): Promise<unknown> =>
      database.query(call).then(
        () => 'nothing raised',
        ({ detail, hint }: { detail?: string; hint?: string }) => [detail, hint].includes(''),
      );
    await action('throw new Error("x")');
    expect(await empty(`select ai.execute_action('act')`)).toBe(false);
    await action('db.query("select 1 / 0")');
    expect(await empty(`select ai.execute_action('act')`)).toBe(false);
    await declare(
      database,
      `delete from ai.hooks;
       insert into ai.hooks (name, relation, phase, language, code) values ('h', 'app.thing', 'on_error', 'javascript', $$return { error: { code: 'PI399', message: 'told', hint: '' } }$$)`,
    );
    expect(await empty(`select ai.generate_mutation('create', 'app.thing', '{"nothing": 1}')`)).toBe(false);
  });
});
