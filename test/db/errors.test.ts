import { describe, expect, test } from 'vitest';
import { useDatabase } from '../support/database.ts';
import { declare } from '../support/declare.ts';
import { mutate, refusal } from '../support/mutation.ts';

const database = useDatabase();
const every =
  '{"operations": {"create": {"optional": "*"}, "update": {"optional": "*"}, "delete": true, "upsert": {"optional": "*"}, "fetch": true}}';

let shop: Promise<void> | undefined;
const ready = () => {
  shop ??= declare(
    database,
    `create type size as enum ('S', 'M', 'L');
     create table customer (id integer primary key, email text not null unique);
     create table account (
       id integer primary key,
       customer_id integer not null references customer,
       slug text constraint slug_unique unique,
       first integer, last integer, constraint ordered check (first < last),
       during int4range, constraint apart exclude using gist (during with &&),
       price numeric(8,2) check (price > 0),
       size size, tags text[], born date, website text, code char(2), rank integer, constraint ranked unique (rank, size)
     );
     comment on table customer is '${every}';
     comment on table account is '{"fields": {
        "slug": {"format": "slug", "minLength": 3, "maxLength": 8},
        "website": {"format": "uri"}, "tags": {"maxItems": 2, "minItems": 1, "uniqueItems": true},
        "rank": {"minimum": 1, "exclusiveMaximum": 10, "multipleOf": 2}, "code": {"pattern": "^[A-Z]+$", "enum": ["VN", "EN"]}
      }, "operations": {"create": {"required": ["slug"], "optional": "*"}, "update": {"optional": "*"}, "delete": true, "upsert": {"optional": "*"}, "fetch": true}}';
     create table anything (id integer generated always as identity primary key, note text);
     comment on table anything is '{"operations": {"create": {"optional": ["note"]}}}';
     insert into customer values (1, 'a@b.example'), (2, 'c@d.example');
     insert into account (id, customer_id, slug, during, rank, size) values (1, 1, 'taken', '[1,10)', 2, 'S'), (2, 1, 'other', '[20,30)', 4, 'S')`,
  );
  return shop;
};

test('every wrong field of a call is told, with its rule and a message', async () => {
  await ready();
  const refused = await refusal(
    mutate(database, 'create', 'account', {
      slug: 'A',
      customer_id: null,
      website: 'nowhere',
      first: 5,
      last: 5,
      price: -1,
      size: 'XL',
      tags: ['a', 'a', 'b'],
      born: 'never',
      code: 'xx',
      rank: 11,
      colour: 'red',
    }),
  );
  expect(refused.code).toBe('PI100');
  expect(refused.detail).toMatchObject({ table: 'public.account', operation: 'create' });
  expect([...refused.fields].sort()).toEqual([
    'born:type',
    'code:enum',
    'code:pattern',
    'colour:additionalProperties',
    'customer_id:notNull',
    'first:check',
    'id:required',
    'price:check',
    'rank:exclusiveMaximum',
    'rank:multipleOf',
    'size:enum',
    'slug:format',
    'slug:minLength',
    'tags:maxItems',
    'tags:uniqueItems',
    'website:format',
  ]);
  for (const { field, rule, message } of refused.errors) {
    expect(message).toContain(field);
    expect(message).not.toMatch(/[{}]|input\./);
    expect(Object.keys(rule).length).toBeGreaterThan(0);
    expect(refused.message).toContain(message);
  }
});

describe.each([
  ['create', 'account', { id: 3, customer_id: 1, slug: 'free' }],
  // Nothing must be there.
  ['create', 'anything', { note: 'free' }],
  ['fetch', 'account', { id: 1 }],
  ['delete', 'account', { id: 1 }],
] as const)('inputs of %s that are no object', (operation, table, whole) => {
  test.each([[[]], ['text'], [1], [null], [true], [[whole]], [Object.keys(whole)]])('%j', async (inputs) => {
    await ready();
    const refused = await refusal(mutate(database, operation, table, JSON.stringify(inputs)));
    expect([refused.code, refused.fields, refused.errors[0]?.rule]).toEqual([
      'PI100',
      ['null:type'],
      { type: 'object' },
    ]);
  });
});

test('a field of any JSON that must be there, is; null is none where the column takes none', async () => {
  await declare(
    database,
    `create table papers (id integer generated always as identity primary key, doc jsonb not null, note json);
     create function fill() returns trigger language plpgsql as $f$ begin new.doc := coalesce(new.doc, '{}'); return new; end $f$;
     create trigger fill before insert on papers for each row execute function fill();
     comment on table papers is '{"operations": {"create": {"required": ["doc", "note"]}}}'`,
  );
  const fields = async (inputs: object | string) =>
    (await refusal(mutate(database, 'create', 'papers', inputs))).fields;
  expect(await fields({})).toEqual(['doc:required', 'note:required']);
  expect(await fields({ note: 1 })).toEqual(['doc:required']);
  expect(await fields({ doc: 1 })).toEqual(['note:required']);
  expect(await fields({ doc: null, note: null })).toEqual(['doc:notNull']);
  for (const inputs of ['1', '[]', '[{"doc": 1, "note": 1}]']) expect(await fields(inputs)).toEqual(['null:type']);
  expect(await mutate(database, 'create', 'papers', { doc: false, note: null })).toMatchObject({
    doc: false,
    note: null,
  });
});

test('inputs that are SQL null are no object either', async () => {
  await ready();
  const refused = await refusal(database.query(`select ai.generate_mutation('create', 'account', null)`));
  expect(refused.fields).toEqual(['null:type']);
});

describe('constraints name their fields, and keep their SQLSTATE', () => {
  const cases: [string, string, object, string, string, string[]][] = [
    ['unique', 'create', { id: 3, customer_id: 1, slug: 'taken' }, '23505', 'slug:unique', ['slug']],
    ['unique', 'update', { id: 2, slug: 'taken' }, '23505', 'slug:unique', ['slug']],
    ['unique', 'upsert', { id: 3, customer_id: 1, slug: 'taken' }, '23505', 'slug:unique', ['slug']],
    ['unique of two', 'update', { id: 2, rank: 2, size: 'S' }, '23505', 'rank:unique', ['rank', 'size']],
    ['primary key', 'create', { id: 1, customer_id: 1, slug: 'fresh' }, '23505', 'id:unique', ['id']],
    [
      'foreign key',
      'create',
      { id: 3, customer_id: 9, slug: 'fresh' },
      '23503',
      'customer_id:foreignKey',
      ['customer_id'],
    ],
    ['foreign key', 'update', { id: 2, customer_id: 9 }, '23503', 'customer_id:foreignKey', ['customer_id']],
    [
      'exclusion',
      'create',
      { id: 3, customer_id: 1, slug: 'fresh', during: '[5,6)' },
      '23P01',
      'during:exclusion',
      ['during'],
    ],
    ['exclusion', 'update', { id: 2, during: '[5,25)' }, '23P01', 'during:exclusion', ['during']],
  ];
  test.each(cases)('%s on %s', async (_, operation, inputs, state, field, fields) => {
    await ready();
    const refused = await refusal(mutate(database, operation, 'account', inputs));
    expect([refused.code, refused.fields, refused.errors[0]?.rule.fields]).toEqual([state, [field], fields]);
    expect(refused.message).toContain(refused.errors[0]?.message);
    expect(refused.message).not.toMatch(/[{}]/);
  });

  test('check on update, where only the whole row can decide', async () => {
    await ready();
    await mutate(database, 'update', 'account', { id: 1, first: 1, last: 5 });
    const refused = await refusal(mutate(database, 'update', 'account', { id: 1, last: 0 }));
    expect([refused.code, refused.fields, refused.errors[0]?.rule]).toEqual([
      '23514',
      ['first:check'],
      { constraint: 'ordered', fields: ['first', 'last'] },
    ]);
  });

  test('not null on update through a trigger', async () => {
    await ready();
    await database.query(
      `create table emptied (id integer primary key, w text not null);
       create function empty() returns trigger language plpgsql as 'begin new.w := null; return new; end';
       create trigger empty before insert on emptied for each row execute function empty()`,
    );
    await declare(database, `comment on table emptied is '${every}'`);
    const refused = await refusal(mutate(database, 'create', 'emptied', { id: 1, w: 'a' }));
    expect([refused.code, refused.fields]).toEqual(['23502', ['w:notNull']]);
  });

  test('a row that others refer to cannot be deleted', async () => {
    await ready();
    const refused = await refusal(mutate(database, 'delete', 'customer', { id: 1 }));
    expect([refused.code, refused.fields]).toEqual(['23503', ['null:referenced']]);
  });

  test('a trigger’s own error passes unchanged', async () => {
    await ready();
    await database.query(
      `create table opinionated (id integer primary key);
       create function opine() returns trigger language plpgsql as $f$ begin raise exception using errcode = case new.id when 1 then '23514' else 'P0001' end, message = 'I do not like it'; end $f$;
       create trigger opine before insert on opinionated for each row execute function opine()`,
    );
    await declare(database, `comment on table opinionated is '{"operations": {"create": true}}'`);
    for (const [id, code] of [
      [1, '23514'],
      [2, 'P0001'],
    ]) {
      const refused = await refusal(mutate(database, 'create', 'opinionated', { id }));
      expect([refused.code, refused.message]).toEqual([code, 'I do not like it']);
    }
  });
});

describe('options', () => {
  test.each([
    ['create', { expected_version: 1 }],
    ['update', { expectedVersion: 1 }],
    ['update', { expected_version: 1 }],
    ['delete', { set_default: [] }],
    ['fetch', { anything: 1 }],
    ['create', []],
    ['create', 'x'],
    ['create', 1],
  ])('%s refuses %j', async (operation, options) => {
    await ready();
    const refused = await refusal(
      mutate(database, operation, 'customer', { id: 1, email: 'x' }, JSON.stringify(options)),
    );
    expect(refused.code).toBe('PI102');
    expect(refused.message + refused.hint).not.toMatch(/[{}]{2}|\{known\}/);
  });

  test('null options are none', async () => {
    await ready();
    const rows = await database.query(`select ai.generate_mutation('fetch', 'customer', '{"id": 1}', null) as row`);
    expect(rows).toEqual([{ row: { id: 1, email: 'a@b.example' } }]);
  });
});

describe('in Vietnamese', () => {
  test('messages follow pg_ai.language; codes and rules stay', async () => {
    await ready();
    const client = await database.client();
    await client.query(`set pg_ai.language = 'vi'`);
    const inputs = refusal(mutate(client, 'create', 'account', { slug: 'A', colour: 1, size: 'XL' }));
    const vietnamese = await inputs;
    const english = await refusal(mutate(database, 'create', 'account', { slug: 'A', colour: 1, size: 'XL' }));
    expect(vietnamese.fields).toEqual(english.fields);
    expect(vietnamese.message).toMatch(/^create trên public\.account bị từ chối: /);
    expect(vietnamese.errors.map(({ message }) => message)).toEqual([
      expect.stringMatching(/^colour không phải là giá trị đầu vào/),
      'thiếu id',
      'thiếu customer_id',
      'size phải là một trong S, M, L',
      'slug phải có ít nhất 3 ký tự',
      'slug không phải là slug hợp lệ',
    ]);
    const taken = await refusal(mutate(client, 'update', 'account', { id: 2, slug: 'taken' }));
    expect(taken.message).toContain('slug đã được sử dụng');
    expect((await refusal(mutate(client, 'update', 'account', { id: 99, slug: 'free' }))).message).toContain(
      'không có dòng nào có khóa',
    );
    await client.query(`set pg_ai.language = 'no such language'`);
    expect((await refusal(mutate(client, 'create', 'account', {}))).message).toContain('is missing');
    await client.end();
  });
});

describe('protected fields', () => {
  const secret = 'hunter2-hunter2';
  let done: Promise<void> | undefined;
  const prepared = () => {
    done ??= declare(
      database,
      `create domain pin as text constraint digits check (value ~ '^[0-9]+$' or value like 'hunter%');
       create table vault (id integer primary key, password text unique check (length(password) > 3), pin pin, token uuid, amount integer, parts jsonb, w text);
       comment on column vault.token is '{"protected": true}';
       comment on table vault is '{"fields": {"password": {"protected": true}, "pin": {"protected": true, "maxLength": 20}, "amount": {"protected": true}, "parts": {"protected": true}},
         "operations": {"create": {"optional": "*"}, "update": {"optional": "*"}, "delete": true, "upsert": {"optional": "*"}, "fetch": true}}'`,
    );
    return done;
  };

  test('are never in an answer, the audit or an event', async () => {
    await prepared();
    const inputs = { id: 1, password: secret, pin: secret, parts: [secret], w: 'open' };
    const answers = [
      await mutate(database, 'create', 'vault', inputs),
      await mutate(database, 'update', 'vault', { ...inputs, password: `${secret}2` }),
      await mutate(database, 'upsert', 'vault', inputs),
      await mutate(database, 'fetch', 'vault', { id: 1 }),
      await mutate(database, 'delete', 'vault', { id: 1 }),
    ];
    for (const answer of answers) expect(answer).toEqual({ id: 1, w: 'open' });
    const kept = await database.query(
      `select to_jsonb(a)::text as t from ai.audit_log a union all select to_jsonb(e)::text from ai.event_log e`,
    );
    expect(kept.length).toBeGreaterThan(7);
    expect(JSON.stringify(kept)).not.toContain(secret);
  });

  test('are never in an error', async () => {
    await prepared();
    await mutate(database, 'create', 'vault', { id: 2, password: secret });
    for (const inputs of [
      { id: 3, token: secret },
      { id: 3, amount: secret },
      { id: 'x', token: secret, amount: secret, pin: `${secret}${secret}` },
      { id: 3, password: secret },
      { id: 3, pin: `x${secret}` },
      { id: 2, password: secret, colour: 1 },
    ]) {
      const refused = await refusal(mutate(database, 'create', 'vault', inputs));
      expect(refused.everything).not.toContain(secret);
    }
  });

  test('are marked in the described inputs, and absent from the outputs', async () => {
    await prepared();
    const [row] = await database.query<{
      d: { inputs: { properties: Record<string, { writeOnly?: boolean }> }; outputs: { properties: object } };
    }>(`select ai.describe('vault', 'create') as d`);
    expect(row?.d.inputs.properties.password?.writeOnly).toBe(true);
    expect(row?.d.inputs.properties.token?.writeOnly).toBe(true);
    expect(Object.keys(row?.d.outputs.properties ?? {}).sort()).toEqual(['id', 'w']);
  });
});
