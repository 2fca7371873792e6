import { expect, test } from 'vitest';
import { settled } from '../guarantees/fixture.ts';
import { useDatabase } from '../support/database.ts';
import { declare } from '../support/declare.ts';
import { mutate, refusal } from '../support/mutation.ts';

const database = useDatabase();

type Sample = { readonly name: string; readonly labels: Readonly<Record<string, string>>; readonly value: number };
type Family = { readonly type: string; readonly samples: Sample[] };

const NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*/;

/** Reads text in the exposition format 0.0.4 as strictly as it is written down. @throws where it is not */
const parse = (text: string): Map<string, Family> => {
  const families = new Map<string, Family>();
  const helped = new Set<string>();
  let current: string | undefined;
  if (!text.endsWith('\n')) throw new Error('the last line must end');
  for (const line of text.slice(0, -1).split('\n')) {
    const comment = /^# (HELP|TYPE) ([^ ]+) (.+)$/.exec(line);
    if (comment !== null) {
      const [, kind, name = '', rest = ''] = comment;
      if (!NAME.test(name)) throw new Error(`bad name: ${line}`);
      if (kind === 'HELP') {
        if (helped.has(name)) throw new Error(`a second HELP for ${name}`);
        helped.add(name);
        continue;
      }
      if (families.has(name)) throw new Error(`a second TYPE for ${name}`);
      if (!['counter', 'gauge', 'histogram', 'summary', 'untyped'].includes(rest)) throw new Error(`bad type: ${line}`);
      families.set(name, { type: rest, samples: [] });
      current = name;
      continue;
    }
    const name = NAME.exec(line)?.[0];
    if (name === undefined) throw new Error(`no sample: ${line}`);
    let rest = line.slice(name.length);
    const labels: Record<string, string> = {};
    if (rest.startsWith('{')) {
      rest = rest.slice(1);
      while (!rest.startsWith('}')) {
        const label = /^([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\[\\"n])*)"(,|(?=\}))/.exec(rest);
        if (label === null) throw new Error(`bad labels: ${line}`);
        const [whole, key = '', value = ''] = label;
        if (key in labels) throw new Error(`label twice: ${line}`);
        labels[key] = value.replace(/\\(.)/g, (_, c: string) => (c === 'n' ? '\n' : c));
        rest = rest.slice(whole.length);
      }
      rest = rest.slice(1);
    }
    const value = /^ ([+-]?(?:[0-9]+(?:\.[0-9]+)?(?:e[+-]?[0-9]+)?|Inf|NaN))$/.exec(rest)?.[1];
    if (value === undefined) throw new Error(`bad value: ${line}`);
    const family = families.get(current ?? '');
    const suffixes = family?.type === 'histogram' ? ['_bucket', '_sum', '_count'] : [''];
    if (current === undefined || !suffixes.some((suffix) => name === current + suffix))
      throw new Error(`${name} stands among the samples of ${current}`);
    const key = JSON.stringify([name, Object.entries(labels).sort()]);
    if (family?.samples.some((each) => JSON.stringify([each.name, Object.entries(each.labels).sort()]) === key))
      throw new Error(`a second sample: ${line}`);
    family?.samples.push({ name, labels, value: Number(value) });
  }
  return families;
};

const scrape = async (): Promise<Map<string, Family>> => {
  const [row] = await database.query<{ text: string }>('select ai.metrics_prometheus() as text');
  return parse(row?.text ?? '');
};

test('nothing was called: the families are there, and empty', async () => {
  const families = await scrape();
  expect([...families].map(([name, { type, samples }]) => [name, type, samples.length])).toEqual([
    ['pg_ai_calls_total', 'counter', 0],
    ['pg_ai_rows_total', 'counter', 0],
    ['pg_ai_call_duration_seconds', 'histogram', 0],
  ]);
});

test('counters by outcome, rows, and a histogram that adds up', async () => {
  // A name that has everything that labels must escape.
  await declare(
    database,
    `create table "back\\slash ""quoted""\nline" (id int primary key);
     comment on table "back\\slash ""quoted""\nline" is '{"operations": {"create": {"required": ["id"]}}}';
     create table plain (id int primary key);
     comment on table plain is '{"operations": {"create": {"required": ["id"]}, "delete": true}}'`,
  );
  const odd = 'public."back\\slash ""quoted""\nline"';
  for (let id = 1; id <= 5; id++) await mutate(database, 'create', 'plain', { id });
  await mutate(database, 'create', odd, { id: 1 });
  await mutate(database, 'delete', 'plain', { id: 1 });
  for (let i = 0; i < 3; i++) await refusal(mutate(database, 'create', 'plain', { id: 2 }));
  await refusal(mutate(database, 'create', 'plain', {}));
  const families = await scrape();
  const outcomes = families
    .get('pg_ai_calls_total')
    ?.samples.map(({ labels, value }) => [...Object.values(labels), value]);
  expect(outcomes?.sort()).toEqual(
    [
      [odd, 'create', '', 'ok', 1],
      ['public.plain', 'create', '', '23505', 3],
      ['public.plain', 'create', '', 'PI100', 1],
      ['public.plain', 'create', '', 'ok', 5],
      ['public.plain', 'delete', '', 'ok', 1],
    ].sort(),
  );
  expect(families.get('pg_ai_rows_total')?.samples.find(({ labels }) => labels.table === odd)?.value).toBe(1);

  const histogram = (families.get('pg_ai_call_duration_seconds')?.samples ?? []).filter(
    ({ labels }) => labels.table === 'public.plain' && labels.operation === 'create',
  );
  const buckets = histogram.filter(({ name }) => name.endsWith('_bucket'));
  const bounds = buckets.map(({ labels }) => Number(labels.le?.replace('+Inf', 'Infinity')));
  const counts = buckets.map(({ value }) => value);
  expect(bounds).toEqual(bounds.toSorted((a, b) => a - b));
  expect(counts).toEqual(counts.toSorted((a, b) => a - b));
  expect([bounds.at(-1), counts.at(-1)]).toEqual([Infinity, 5]);
  expect(histogram.find(({ name }) => name.endsWith('_count'))?.value).toBe(5);
  const seconds = histogram.find(({ name }) => name.endsWith('_sum'))?.value ?? 0;
  const [row] = await database.query<{ seconds: number }>(
    `select sum(elapsed_us)::float8 / 1000000 as seconds from ai.audit_log where relation = 'public.plain' and operation = 'create'`,
  );
  expect(seconds).toBeCloseTo(row?.seconds ?? Number.NaN, 9);
  // Each call is below the bound that its own time says.
  const times = await database.query<{ us: string }>(
    `select elapsed_us as us from ai.audit_log where relation = 'public.plain' and operation = 'create'`,
  );
  for (const [i, bound] of bounds.entries())
    expect([bound, counts[i]]).toEqual([bound, times.filter(({ us }) => Number(us) <= bound * 1_000_000).length]);
});

test('counters never go back: what is pruned stays in the sums', async () => {
  const before = await scrape();
  // Gathering leaves aside what a transaction anywhere in the cluster may still precede, and other tests have some open.
  await settled(database);
  await database.query(`select ai.gather_metrics()`);
  await database.query(`update ai_private.metric set at = at - interval '90 days'`);
  await database.query(`select ai.prune(now() - interval '30 days')`);
  expect(await scrape()).toEqual(before);
  const [row] = await database.query<{ calls: string }>(
    `select coalesce(sum(calls), 0) as calls from ai.metrics_since(now() - interval '80 days')`,
  );
  expect(Number(row?.calls)).toBe(0);
});
