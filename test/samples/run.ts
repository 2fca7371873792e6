import { createRandom, type Random } from '../../examples/shop/generate.ts';
import { type Runner, rowsOf } from '../support/declare.ts';
import { mutateText } from '../support/mutation.ts';
import type { Table } from './catalog.ts';
import { makeValue, type Property } from './values.ts';

export type Operation = 'create' | 'fetch' | 'update' | 'upsert' | 'delete';
type Inputs = Record<string, unknown>;

export interface Sample {
  readonly schema: string;
  /** Columns whose values must obey more than their type says; `n` counts the calls. */
  readonly makers: Readonly<Record<string, (random: Random, n: number) => unknown>>;
  /** Columns that the table's own triggers fill. */
  readonly filledByTriggers: readonly string[];
  /** Further keys of the create and upsert declarations. */
  readonly defaults?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/** One call and what it should have left in the audit trail. */
export interface Done {
  readonly relation: string;
  readonly operation: Operation;
  readonly oldRow: string | null;
  readonly newRow: string | null;
}

export interface Outcome {
  /** `table operation: what is wrong` */
  readonly problems: readonly string[];
  /** Calls by table and operation. */
  readonly calls: ReadonlyMap<string, ReadonlyMap<Operation, number>>;
  readonly done: readonly Done[];
}

/** Explicit keys start beyond those that sequences give. */
const FIRST_KEY = 1000;
const ROWS = 6;

/** A row. Numbers that JavaScript cannot hold stay the digits they are. */
const read = (json: string): Inputs => {
  const exact = (_key: string, value: unknown, context?: { source?: string }): unknown =>
    typeof value === 'number' && !Number.isSafeInteger(value) ? context?.source : value;
  return JSON.parse(json, exact as (key: string, value: unknown) => unknown) as Inputs;
};

/** Columns that `upsert` can find a row by: the primary key where it can be written, else another unique key. */
export const upsertKey = (table: Table): readonly string[] | undefined =>
  table.unique.find((columns) => columns.every((column) => !table.computed.includes(column)));

/** A declaration with every operation that the table can have and every input that its columns can take. */
export const declarationOf = (table: Table, sample: Sample): string => {
  const changeable = table.columns.some((c) => !table.primaryKey.includes(c) && !table.computed.includes(c));
  const own = sample.defaults?.[table.name];
  const defaults = own === undefined ? {} : { defaults: own };
  return JSON.stringify({
    operations: {
      create: { optional: '*', ...defaults },
      ...(changeable ? { update: { optional: '*' } } : {}),
      upsert: { optional: '*', key: upsertKey(table), ...defaults },
      delete: true,
      fetch: true,
    },
  });
};

/** Runs every operation on every table and compares each answer with the row that PostgreSQL itself makes of the inputs. */
export const runSample = async (
  caller: Runner,
  judge: Runner,
  tables: readonly Table[],
  sample: Sample,
): Promise<Outcome> => {
  const random = createRandom(7);
  const problems: string[] = [];
  const calls = new Map(tables.map((table) => [table.name, new Map<Operation, number>()]));
  const done: Done[] = [];
  const rows = new Map<string, Inputs[]>();
  let counter = 0;

  const propertiesOf = async (table: Table, operation: Operation) => {
    const [described] = await rowsOf<{ schema: { properties: Record<string, Property>; required: string[] } }>(
      caller,
      `select ai.describe($1, $2) -> 'inputs' as schema`,
      [table.qualified, operation],
    );
    return described?.schema ?? { properties: {}, required: [] };
  };

  /** Values for the chosen columns: made up, then references turned to rows that exist, until no unique key is taken. */
  const makeInputs = (
    table: Table,
    properties: Readonly<Record<string, Property>>,
    chosen: ReadonlySet<string>,
    but?: Inputs,
  ): Inputs => {
    for (let attempt = 0; attempt < 200; attempt++) {
      counter++;
      const inputs: Inputs = {};
      for (const [name, property] of Object.entries(properties)) {
        if (chosen.has(name)) inputs[name] = (sample.makers[name] ?? ((r) => makeValue(r, property)))(random, counter);
      }
      for (const reference of table.references) {
        const pool = rows.get(reference.to) ?? [];
        const target = pool.length === 0 || (reference.nullable && random.chance(30)) ? undefined : random.pick(pool);
        reference.columns.forEach((column, i) => {
          if (!(column in inputs)) return;
          const fallback = reference.nullable ? null : FIRST_KEY + (rows.get(table.qualified) ?? []).length;
          inputs[column] = target === undefined ? fallback : target[reference.toColumns[i] ?? ''];
        });
      }
      const [only, ...more] = table.primaryKey;
      const isOwnKey =
        only !== undefined && more.length === 0 && !table.references.some((r) => r.columns.includes(only));
      if (isOwnKey && but === undefined && only in inputs && typeof inputs[only] === 'number') {
        inputs[only] = FIRST_KEY + (rows.get(table.qualified) ?? []).length;
      }
      const whole = { ...but, ...inputs };
      const taken = table.unique.some((key) =>
        (rows.get(table.qualified) ?? []).some((row) => row !== but && key.every((c) => row[c] === whole[c])),
      );
      if (!taken) return inputs;
    }
    throw new Error(`no free key found for ${table.qualified}`);
  };

  const keyOf = (row: Inputs, columns: readonly string[]): Inputs =>
    Object.fromEntries(columns.map((column) => [column, row[column]]));

  /** The row as it is, and as it should be: `base` (or nothing) with the inputs written over it by PostgreSQL. */
  const judged = async (table: Table, key: Inputs, inputs: Inputs, base: string | null) => {
    const hidden = JSON.stringify(table.protected);
    const [row] = await rowsOf<{ is: string | null; wanted: string }>(
      judge,
      `select
         (select (to_jsonb(judged_row) - array(select jsonb_array_elements_text($4::jsonb)))::text from ${table.qualified} as judged_row
           where to_jsonb(judged_row) @> to_jsonb(jsonb_populate_record(null::${table.qualified}, $1)) - array(
             select c from jsonb_object_keys(to_jsonb(jsonb_populate_record(null::${table.qualified}, '{}'))) as c where not $1::jsonb ? c)) as is,
         (to_jsonb(jsonb_populate_record(jsonb_populate_record(null::${table.qualified}, $3), $2))
           - array(select jsonb_array_elements_text($4::jsonb)))::text as wanted`,
      [JSON.stringify(key), JSON.stringify(inputs), base, hidden],
    );
    return { is: row?.is ?? null, wanted: row?.wanted ?? '{}' };
  };

  const call = async (table: Table, operation: Operation, inputs: Inputs): Promise<string | null> => {
    const counts = calls.get(table.name);
    counts?.set(operation, (counts.get(operation) ?? 0) + 1);
    try {
      return await mutateText(caller, operation, table.qualified, inputs);
    } catch (error) {
      throw new Error(`${table.qualified} ${operation} ${JSON.stringify(inputs)}: ${(error as Error).message}`, {
        cause: error,
      });
    }
  };

  /** Calls an operation that writes, and compares answer, row and inputs. */
  const write = async (table: Table, operation: Operation, inputs: Inputs, before: string | null): Promise<Inputs> => {
    const answer = (await call(table, operation, inputs)) ?? 'null';
    const row = read(answer);
    const key = keyOf(row, table.primaryKey);
    const { is, wanted } = await judged(table, key, inputs, before);
    const blame = (what: string) =>
      problems.push(`${table.qualified} ${operation}: ${what}\n  inputs ${JSON.stringify(inputs)}`);
    if (is !== answer) blame(`the answer is ${answer}, the row is ${is}`);
    const [found, expected] = [read(is ?? '{}'), read(wanted)];
    for (const column of table.columns) {
      if (table.computed.includes(column) || sample.filledByTriggers.includes(column)) continue;
      if (table.protected.includes(column) || (before === null && !(column in inputs))) continue;
      if (JSON.stringify(found[column]) === JSON.stringify(expected[column])) continue;
      blame(`${column} is ${JSON.stringify(found[column])}, not ${JSON.stringify(expected[column])}`);
    }
    done.push({ relation: table.qualified, operation, oldRow: before, newRow: answer });
    return row;
  };

  const textOf = async (table: Table, row: Inputs): Promise<string | null> =>
    (await judged(table, keyOf(row, table.primaryKey), {}, null)).is;

  const expectFetch = async (table: Table, row: Inputs, expected: string | null): Promise<void> => {
    const fetched = await call(table, 'fetch', keyOf(row, table.primaryKey));
    if (fetched !== expected) problems.push(`${table.qualified} fetch: gave ${fetched}, not ${expected}`);
  };

  const subset = (names: readonly string[]): string[] => {
    const some = random.some(names, names.length);
    return some.length > 0 || names.length === 0 ? some : [random.pick(names)];
  };

  // Some references wait for the end of the transaction.
  await caller.query('begin');
  for (const table of tables) {
    const { properties, required } = await propertiesOf(table, 'create');
    const own: Inputs[] = [];
    rows.set(table.qualified, own);
    for (let i = 0; i < ROWS; i++) {
      const all = Object.keys(properties);
      // All inputs, then only those that must be, then some. Keys that earlier rows refer to already are always given.
      const awaited = tables.some((other) =>
        other.references.some((ref) => ref.deferred && ref.to === table.qualified),
      );
      const chosen = i % 3 === 0 ? all : i % 3 === 1 ? required : [...required, ...subset(all)];
      const given = i % 3 === 1 && !awaited ? chosen : [...chosen, ...table.primaryKey];
      own.push(await write(table, 'create', makeInputs(table, properties, new Set(given)), null));
    }
  }
  await caller.query('commit');

  for (const table of tables) {
    const own = rows.get(table.qualified) ?? [];
    const update = await propertiesOf(table, 'update').catch(() => undefined);
    const upsert = await propertiesOf(table, 'upsert');
    for (let i = 0; i < own.length; i++) {
      let row = own[i] ?? {};
      await expectFetch(table, row, await textOf(table, row));
      if (update !== undefined) {
        const names = Object.keys(update.properties).filter((name) => !table.primaryKey.includes(name));
        const before = await textOf(table, row);
        const inputs = makeInputs(table, update.properties, new Set(subset(names)), row);
        row = await write(table, 'update', { ...inputs, ...keyOf(row, table.primaryKey) }, before);
        own[i] = row;
      }
      // Upsert by its own key: the row is there.
      const key = upsertKey(table) ?? [];
      const before = await textOf(table, row);
      const chosen = [...upsert.required, ...subset(Object.keys(upsert.properties))];
      const inputs = makeInputs(table, upsert.properties, new Set(chosen.filter((c) => !key.includes(c))), row);
      own[i] = await write(table, 'upsert', { ...inputs, ...keyOf(row, key) }, before);
    }
    // Upsert with a key that is not there, and delete what came of it.
    const fresh = makeInputs(table, upsert.properties, new Set(Object.keys(upsert.properties)));
    const inserted = await write(table, 'upsert', fresh, null);
    const before = await textOf(table, inserted);
    const deleted = await call(table, 'delete', keyOf(inserted, table.primaryKey));
    if (deleted !== before) problems.push(`${table.qualified} delete: gave ${deleted}, not ${before}`);
    done.push({ relation: table.qualified, operation: 'delete', oldRow: before, newRow: null });
    await expectFetch(table, inserted, null);
  }
  return { problems, calls, done };
};
