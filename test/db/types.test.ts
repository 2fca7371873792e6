import { describe, expect, test } from 'vitest';
import { useDatabase } from '../support/database.ts';
import { declare } from '../support/declare.ts';
import { mutate, mutateText, refusal } from '../support/mutation.ts';

const database = useDatabase();

type Case = {
  readonly type: string;
  /** What has to be created first. */
  readonly before?: string;
  /** Input as JSON text, and what comes back where it is not the same. */
  readonly good: readonly (readonly [input: string, output?: string])[];
  /** Input and the code of the error. */
  readonly bad?: readonly (readonly [input: string, code: string])[];
};

const DIGITS = '12345678901234567890123456789012345678901234567890.000000000000000000001';

const cases: readonly Case[] = [
  {
    type: 'text',
    good: [['"a"'], ['""'], ['"line\\nbreak \\" \' \\\\ $pg_ai$ ünïcödé 日本語 😀"']],
    bad: [
      ['1', 'type'],
      ['true', 'type'],
      ['[]', 'type'],
      ['{}', 'type'],
    ],
  },
  {
    type: 'varchar(3)',
    good: [['"abc"'], ['"日本語"'], ['"😀😀😀"']],
    bad: [
      ['"abcd"', 'maxLength'],
      ['"😀😀😀😀"', 'maxLength'],
    ],
  },
  { type: 'varchar', good: [['"any length"']] },
  { type: 'char(3)', good: [['"abc"'], ['"a"', '"a  "']], bad: [['"abcd"', 'maxLength']] },
  { type: '"char"', good: [['"x"']] },
  { type: 'name', good: [['"a_name"']] },
  {
    type: 'smallint',
    good: [['32767'], ['-32768'], ['0'], ['7.0', '7']],
    bad: [
      ['32768', 'range'],
      ['1.5', 'type'],
      ['"1"', 'type'],
      ['true', 'type'],
      ['1e400', 'range'],
    ],
  },
  {
    type: 'integer',
    good: [['2147483647'], ['-2147483648'], ['1e3', '1000']],
    bad: [
      ['2147483648', 'range'],
      ['0.1', 'type'],
      ['"x"', 'type'],
    ],
  },
  {
    type: 'bigint',
    good: [
      ['9223372036854775807'],
      ['-9223372036854775808'],
      ['"9223372036854775807"', '9223372036854775807'],
      ['9007199254740993'],
    ],
    bad: [
      ['9223372036854775808', 'range'],
      ['"9223372036854775808"', 'range'],
      ['1.5', 'type'],
      ['"ten"', 'type'],
      ['""', 'type'],
    ],
  },
  {
    type: 'numeric',
    good: [
      [DIGITS],
      [`"${DIGITS}"`, DIGITS],
      ['"NaN"'],
      ['"Infinity"'],
      ['0.1'],
      ['1.00', '1.00'],
      ['1e-30', '0.000000000000000000000000000001'],
    ],
    bad: [
      ['"1,5"', 'type'],
      ['true', 'type'],
    ],
  },
  {
    type: 'numeric(12,2)',
    good: [['0.10', '0.10'], ['9999999999.99'], ['-9999999999.99'], ['19.990', '19.99'], ['"19.99"', '19.99']],
    bad: [
      ['0.005', 'multipleOf'],
      ['10000000000', 'maximum'],
      ['"0.001"', 'multipleOf'],
    ],
  },
  {
    type: 'numeric(4,-2)',
    good: [['100'], ['999900']],
    bad: [
      ['150', 'multipleOf'],
      ['1000000', 'maximum'],
    ],
  },
  {
    type: 'numeric(2,4)',
    good: [['0.0099']],
    bad: [
      ['0.01', 'maximum'],
      ['0.00001', 'multipleOf'],
    ],
  },
  {
    type: 'real',
    good: [['1.5'], ['"NaN"'], ['"-Infinity"']],
    bad: [
      ['1e100', 'range'],
      ['"x"', 'type'],
    ],
  },
  {
    type: 'double precision',
    good: [
      ['0.1'],
      ['1e-300'],
      ['1.7976931348623157e308', `1797693134862315700000${'0'.repeat(287)}`],
      ['"Infinity"'],
      ['"NaN"'],
    ],
    bad: [
      ['1e309', 'range'],
      ['"abc"', 'type'],
    ],
  },
  { type: 'money', good: [['"12.34"', '"$12.34"']], bad: [['"abc"', 'type']] },
  {
    type: 'boolean',
    good: [['true'], ['false']],
    bad: [
      ['"true"', 'type'],
      ['1', 'type'],
      ['"yes"', 'type'],
    ],
  },
  {
    type: 'date',
    good: [['"2024-02-29"'], ['"infinity"'], ['"-infinity"'], ['"4713-01-01 BC"']],
    bad: [
      ['"2023-02-29"', 'type'],
      ['"tomorrow-ish"', 'type'],
      ['20240101', 'type'],
    ],
  },
  { type: 'time', good: [['"23:59:59.123456"'], ['"24:00:00"']], bad: [['"25:00"', 'type']] },
  { type: 'timetz', good: [['"12:00:00+07"']] },
  { type: 'timestamp', good: [['"2024-02-29T12:34:56.123456"'], ['"infinity"']], bad: [['"2024-13-01"', 'type']] },
  {
    type: 'timestamptz',
    good: [
      ['"2024-02-29T12:34:56+07:00"', '"2024-02-29T05:34:56+00:00"'],
      ['"-infinity"'],
      ['"0044-03-15 12:00:00+00 BC"', '"0044-03-15T12:00:00+00:00 BC"'],
    ],
    bad: [['"yesterday-ish"', 'type']],
  },
  { type: 'interval', good: [['"1 year 2 mons 3 days 04:05:06.789"']], bad: [['"a while"', 'type']] },
  { type: 'interval day to second', good: [['"3 days 04:05:06"']] },
  {
    type: 'uuid',
    good: [
      ['"a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"'],
      ['"{A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11}"', '"a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"'],
    ],
    bad: [
      ['"a0eebc99"', 'type'],
      ['1', 'type'],
    ],
  },
  { type: 'bytea', good: [['"\\\\x00ff10"'], ['"\\\\x"']], bad: [['"\\\\xzz"', 'type']] },
  {
    type: 'jsonb',
    good: [['{"a": null}'], ['[1, null, "x"]'], ['"null"'], ['12345678901234567890.123456789'], ['true'], ['{}']],
  },
  { type: 'json', good: [['{"a": null}'], ['[]'], ['12345678901234567890']] },
  {
    type: 'integer[]',
    good: [['[1, 2, 3]'], ['[]'], ['[1, null]'], ['[[1, 2], [3, 4]]']],
    bad: [
      ['[1, "x"]', 'type'],
      ['[[1], [2, 3]]', 'type'],
      ['{"a": 1}', 'type'],
      ['"{1,2}"', 'type'],
      ['[2147483648]', 'range'],
    ],
  },
  { type: 'text[]', good: [['["a,b", "c\\"d", "NULL", null, "", "{}"]']] },
  { type: 'varchar(3)[]', good: [['["abc", "de"]']], bad: [['["abcd"]', 'maxLength']] },
  { type: 'char(3)[]', good: [['["abc"]']] },
  {
    type: 'numeric(8,2)[]',
    good: [['[1.25, 3.10]']],
    bad: [
      ['[1.234]', 'multipleOf'],
      ['[1000000]', 'maximum'],
    ],
  },
  { type: 'bigint[]', good: [['[9223372036854775807, -1]']] },
  { type: 'jsonb[]', good: [['[{"a": 1}, 2]']] },
  {
    type: 'mood',
    before: `create type mood as enum ('sad', 'ok', 'it''s "great"')`,
    good: [['"sad"'], ['"it\'s \\"great\\""']],
    bad: [
      ['"angry"', 'enum'],
      ['1', 'type'],
      ['""', 'enum'],
    ],
  },
  { type: 'mood[]', good: [['["sad", null, "ok"]']], bad: [['["angry"]', 'enum']] },
  {
    type: 'positive',
    before: 'create domain positive as integer constraint is_positive check (value > 0)',
    good: [['1']],
    bad: [
      ['0', 'check'],
      ['"1"', 'type'],
      ['99999999999', 'range'],
    ],
  },
  {
    type: 'shout',
    before: `create domain shout as varchar(5) check (value = upper(value))`,
    good: [['"HELLO"']],
    bad: [
      ['"hello"', 'check'],
      ['"TOOLONG"', 'maxLength'],
    ],
  },
  {
    type: 'price',
    before: 'create domain price as numeric(6,2) check (value >= 0)',
    good: [['1.25']],
    bad: [
      ['1.255', 'multipleOf'],
      ['-1', 'check'],
      ['100000', 'range'],
    ],
  },
  {
    type: 'narrow',
    before: 'create domain narrow as shout check (length(value) > 1)',
    good: [['"AB"']],
    bad: [
      ['"A"', 'check'],
      ['"ab"', 'check'],
      ['"ABCDEF"', 'maxLength'],
    ],
  },
  {
    type: 'few',
    before: 'create domain few as integer[] check (cardinality(value) < 3)',
    good: [['[1, 2]']],
    bad: [
      ['[1, 2, 3]', 'check'],
      ['["x"]', 'type'],
    ],
  },
  { type: 'positive[]', good: [['[1, 2]']], bad: [['[1, 0]', 'check']] },
  {
    type: 'doc',
    before: `create domain doc as jsonb check (value ? 'id')`,
    good: [['{"id": 1}']],
    bad: [['{"no": 1}', 'check']],
  },
  {
    type: 'point2',
    before: 'create type point2 as (x integer, "Y y" numeric, tags text[])',
    good: [['{"x": 1, "Y y": 2.50, "tags": ["a", null]}'], ['{"x": 1}', '{"x": 1, "Y y": null, "tags": null}']],
    bad: [
      ['{"x": "one"}', 'type'],
      ['{"z": 1}', 'additionalProperties'],
      ['[1]', 'type'],
      ['"(1,2)"', 'type'],
    ],
  },
  { type: 'point2[]', good: [['[{"x": 1, "Y y": 2, "tags": null}, null]']], bad: [['[{"x": "one"}]', 'type']] },
  {
    type: 'nested',
    before: 'create type nested as (p point2, m mood, d positive)',
    good: [['{"p": {"x": 1, "Y y": null, "tags": []}, "m": "ok", "d": 5}']],
    bad: [['{"d": 0}', 'check']],
  },
  {
    type: 'int4range',
    good: [['"[1,5)"'], ['"empty"'], ['"(,)"']],
    bad: [
      ['"[5,1)"', 'type'],
      ['"x"', 'type'],
    ],
  },
  { type: 'tstzrange', good: [['"[2024-01-01 00:00:00+00,)"', '"[\\"2024-01-01 00:00:00+00\\",)"']] },
  { type: 'int4multirange', good: [['"{[1,3),[5,8)}"'], ['"{}"']], bad: [['"{[3,1)}"', 'type']] },
  { type: 'floatrange', before: 'create type floatrange as range (subtype = float8)', good: [['"[1.5,2.5]"']] },
  { type: 'inet', good: [['"192.168.0.1/24"'], ['"::1"']], bad: [['"300.0.0.1"', 'type']] },
  { type: 'cidr', good: [['"10.0.0.0/8"']], bad: [['"10.0.0.1/8"', 'type']] },
  { type: 'macaddr', good: [['"08:00:2b:01:02:03"']] },
  { type: 'tsvector', good: [["\"'cat':1 'dog':2\""]] },
  { type: 'tsquery', good: [["\"'cat' & 'dog'\""]] },
  {
    type: 'bit(3)',
    good: [['"101"']],
    bad: [
      ['"10"', 'minLength'],
      ['"1012"', 'type'],
      ['"1010"', 'maxLength'],
    ],
  },
  { type: 'bit varying(4)', good: [['"101"'], ['""']], bad: [['"10101"', 'maxLength']] },
  { type: 'point', good: [['"(1,2)"']], bad: [['"here"', 'type']] },
  { type: 'box[]', good: [['["(1,1),(0,0)", "(2,2),(1,1)"]']] },
  { type: 'oid', good: [['"16384"']] },
  { type: 'regclass', good: [['"pg_class"']], bad: [['"no_such_table"', 'type']] },
  { type: 'pg_lsn', good: [['"0/16B3748"']] },
  { type: 'jsonpath', good: [['"$.\\"a\\""']], bad: [['"$$$."', 'type']] },
];

describe.each(cases)('a column of type $type', ({ type, before, good, bad }) => {
  const table = `t_${cases.findIndex((each) => each.type === type)}`;

  test('travels through every operation unchanged', async () => {
    await declare(
      database,
      `${before ?? 'select'};
       create table ${table} (id integer generated by default as identity primary key, v ${type}, note text);
       comment on table ${table} is '{"operations": {"create": {"optional": "*"}, "update": {"optional": "*"}, "delete": true, "upsert": {"optional": "*"}, "fetch": true}}'`,
    );
    const vOf = async (operation: string, inputs: string) => {
      const text = (await mutateText(database, operation, table, inputs)) ?? '';
      const [row] = await database.query<{ v: string }>(`select ($1::jsonb -> 'v')::text as v`, [text]);
      return row?.v;
    };
    let id = 100;
    for (const [input, output = input] of good) {
      const [normal] = await database.query<{ v: string }>('select $1::jsonb::text as v', [output]);
      const expected = normal?.v;
      id++;
      expect(await vOf('create', `{"id": ${id}, "v": ${input}}`)).toBe(expected);
      expect(await vOf('fetch', `{"id": ${id}}`)).toBe(expected);
      expect(await vOf('update', `{"id": ${id}, "v": null}`)).toBe('null');
      expect(await vOf('update', `{"id": ${id}, "v": ${input}}`)).toBe(expected);
      expect(await vOf('update', `{"id": ${id}, "note": "v is absent"}`)).toBe(expected);
      expect(await vOf('upsert', `{"id": ${id}, "note": "v is absent"}`)).toBe(expected);
      expect(await vOf('upsert', `{"id": ${id + 1000}, "v": ${input}}`)).toBe(expected);
      expect(await vOf('upsert', `{"id": ${id}, "v": null}`)).toBe('null');
      expect(await vOf('upsert', `{"id": ${id}, "v": ${input}}`)).toBe(expected);
      const [audited] = await database.query<{ v: string }>(
        `select (new_row -> 'v')::text as v from ai.audit_log where relation = 'public.${table}' order by id desc limit 1`,
      );
      expect(audited?.v).toBe(expected);
      expect(await vOf('delete', `{"id": ${id}}`)).toBe(expected);
    }
    expect(await vOf('create', '{}')).toBe('null');
  });

  test('is read by the typed function', async () => {
    const [input, output = input] = good[0] ?? ['null'];
    const [row] = await database.query<{ same: boolean; v: string }>(
      `with r as (select v from jsonb_to_record(jsonb_build_object('v', $1::jsonb)) as x (v ${type}))
       select (ai_gen.${table}__create(v => (select v from r)) -> 'v')::text as v`,
      [input],
    );
    expect(JSON.parse(row?.v ?? '')).toEqual(JSON.parse(output));
  });

  test('refuses what is not of its type, and names the field', async () => {
    for (const [input, code] of bad ?? []) {
      const refused = await refusal(mutate(database, 'create', table, `{"id": "x", "v": ${input}}`));
      expect([input, refused.code, [...refused.fields].sort()]).toEqual([input, 'PI100', ['id:type', `v:${code}`]]);
    }
  });
});
