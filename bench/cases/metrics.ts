import { fill, jsonFunction, type OperationName } from '../lib/account.ts';
import { alternate } from '../lib/alternate.ts';
import type { Case } from '../lib/case.ts';
import type { Database } from '../lib/database.ts';
import type { Side } from '../lib/interleave.ts';
import { measure, type Result } from '../lib/result.ts';

const MEASURED: readonly OperationName[] = ['create', 'update', 'delete'];
const GATHERED = 20_000;

const must = (text: string, from: RegExp, to: string): string => {
  const changed = text.replace(from, to);
  if (changed === text) throw new Error(`nothing of ${from} is in the function any more`);
  return changed;
};

/** A copy of an operation's function without what is there for metrics: the clock, the time in the audit row, the counting of failures. */
const withoutMetrics = async (database: Database, operation: OperationName): Promise<string> => {
  const name = `bench__account__${operation}__json`;
  const { rows } = await database.admin.query<{ text: string }>(
    `select pg_get_functiondef('ai_gen.${name}(jsonb, jsonb)'::regprocedure) as text`,
  );
  let text = rows[0]?.text ?? '';
  text = must(text, /\n *_started timestamptz := [^\n]*/, '');
  text = must(text, /, elapsed_us\)/, ')');
  text = must(text, /,\n *\(pg_catalog\.date_part\([^\n]*\)::bigint\)\n/, ')\n');
  text = must(text, /\n *_result := ai_private\.count_error\([^\n]*(?=\n *perform)/, '');
  text = must(text, /\n *when others or query_canceled or assert_failure then\n[\s\S]*?raise;/, '');
  const copy = `${name.replace('__json', '')}__unmeasured`;
  await database.admin.query(text.replaceAll(name, copy));
  await database.admin.query(`alter function ai_gen.${copy}(jsonb, jsonb) owner to ai_owner`);
  await database.admin.query(`grant execute on function ai_gen.${copy}(jsonb, jsonb) to ai_user`);
  return copy;
};

/** What a refused call costs, with its exception caught: the wire takes errors for failures. */
const refused = async (database: Database, name: string): Promise<string> => {
  await database.admin.query(
    `create or replace function bench.try_${name}(inputs jsonb) returns void language plpgsql as
       $$ begin perform ai_gen.${name}(inputs); exception when others then null; end $$`,
  );
  return `select bench.try_${name}($1::jsonb)`;
};

export const metricsCase: Case = {
  name: 'metrics',
  about: 'operations with and without what metrics need, refused calls, and gathering',
  run: async ({ accounts, quick, say }) => {
    const database = await accounts();
    const results: Result[] = [];
    const plan = quick ? { rounds: 3, calls: 1000 } : { rounds: 5, calls: 2000 };
    for (const operation of MEASURED) {
      const unmeasured = await withoutMetrics(database, operation);
      await fill(database);
      say(`metrics: ${operation}`);
      const wire = await database.wire({ synchronous_commit: 'off' });
      const measured = jsonFunction(database, operation, 1.03);
      const sides: [Side, Side] = [
        {
          ...jsonFunction(database, operation),
          name: 'without metrics',
          sql: `select ai_gen.${unmeasured}($1::jsonb)`,
        },
        { ...measured, name: 'with metrics' },
      ];
      results.push(await alternate(`metrics, ${operation}`, wire, sides, plan));
      await wire.close();
    }

    say('metrics: refused calls');
    const wire = await database.wire();
    const wrong = () => [JSON.stringify({ email: 'nobody', name: '' })];
    const sides: [Side, Side] = [
      {
        name: 'without metrics',
        sql: await refused(database, 'bench__account__create__unmeasured'),
        parameters: wrong,
      },
      { name: 'with metrics', sql: await refused(database, 'bench__account__create__json'), parameters: wrong },
    ];
    results.push(await alternate('metrics, a create that is refused', wire, sides, plan));
    await wire.close();

    say('metrics: gathering');
    const { admin } = database;
    await fill(database);
    await admin.query('select ai.gather_metrics()');
    await admin.query(
      `do $$ begin for i in 1 .. ${GATHERED} loop perform ai_gen.bench__account__update__json(jsonb_build_object('id', i, 'age', 1)); end loop; end $$`,
    );
    // Rows of a transaction that has just ended here are below the horizon at once: nobody else is in this server.
    const start = performance.now();
    const { rows } = await admin.query<{ calls: string }>('select ai.gather_metrics() as calls');
    const us = ((performance.now() - start) * 1000) / GATHERED;
    if (Number(rows[0]?.calls) < GATHERED) throw new Error(`only ${rows[0]?.calls} calls were gathered`);
    results.push(
      measure('metrics, gathering', 'ai.gather_metrics()', us, 'µs a call', {
        note: `${GATHERED} calls at once, in the background`,
      }),
    );
    return results;
  },
};
