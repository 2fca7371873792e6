import { byHand, fill, generateMutation, ROWS } from '../lib/account.ts';
import type { Case } from '../lib/case.ts';
import { interleave, type Side } from '../lib/interleave.ts';
import type { Result } from '../lib/result.ts';

/** What somebody would write for it: inputs checked, the row changed, an answer. No audit, no events, no metrics. */
const BY_HAND = `
  create function bench.deposit(inputs jsonb) returns jsonb language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
  declare
    answer jsonb;
  begin
    if jsonb_typeof(inputs) is distinct from 'object' or jsonb_typeof(inputs -> 'id') is distinct from 'number' or jsonb_typeof(inputs -> 'amount') is distinct from 'number'
      or inputs - '{id,amount}'::text[] <> '{}'
    then
      raise exception 'wrong inputs';
    elsif (inputs ->> 'amount')::numeric <= 0 then
      raise exception 'an amount is more than nothing';
    end if;
    update bench.account a set balance = a.balance + (inputs ->> 'amount')::numeric where a.id = (inputs ->> 'id')::bigint
    returning jsonb_build_object('id', a.id, 'balance', a.balance) into answer;
    return answer;
  end $$`;

const INPUTS = {
  properties: { id: { type: 'integer' }, amount: { type: 'number', exclusiveMinimum: 0 } },
  required: ['id', 'amount'],
};
const CHANGE = 'update bench.account set balance = balance + {{amount}} where id = {{id}} returning';

const BODIES: readonly { readonly language: string; readonly code: string }[] = [
  { language: 'sql', code: `${CHANGE} id, balance` },
  {
    language: 'plpgsql',
    code: `declare answer jsonb; begin ${CHANGE} jsonb_build_object('id', id, 'balance', balance) into answer; return answer; end`,
  },
  {
    language: 'javascript',
    code: `return db.query('update bench.account set balance = balance + $1 where id = $2 returning id, balance', [ctx.inputs.amount, ctx.inputs.id])[0];`,
  },
];

const deposit = (name: string, sql: string): Side => ({
  name,
  sql,
  parameters: (n) => [JSON.stringify({ id: ((n * 7919) % ROWS) + 1, amount: 1.25 })],
});
const action = (name: string): string => `select ai.execute_action('${name}', $1::jsonb)`;

export const actionsCase: Case = {
  name: 'actions',
  about:
    'an action that changes a row, in SQL, PL/pgSQL and JavaScript, and one of steps that creates one, against the same by hand',
  run: async ({ bench, accounts, quick, say }) => {
    const database = await accounts();
    const { admin } = database;
    await fill(database);
    await admin.query(BY_HAND);
    await admin.query(
      'grant execute on function bench.deposit(jsonb) to ai_user; grant select, update on bench.account to ai_owner',
    );
    const register = (name: string, columns: Readonly<Record<string, string | object>>): Promise<unknown> =>
      admin.query(
        `insert into ai.meta_actions (action_name, ${Object.keys(columns).join(', ')}) values ($1, ${Object.keys(
          columns,
        )
          .map((_, i) => `$${i + 2}`)
          .join(', ')})`,
        [name, ...Object.values(columns).map((value) => (typeof value === 'string' ? value : JSON.stringify(value)))],
      );
    const languages = BODIES.filter(({ language }) => language !== 'javascript' || bench.javascript !== 'none');
    for (const { language, code } of languages)
      await register(`deposit ${language}`, { language, code_template: code, input_schema: INPUTS });
    await register('deposit judged', { code_template: `${CHANGE} id, balance`, input_schema: INPUTS });
    await admin.query(
      `insert into ai.policies (name, action, kind, definition) values ('small', 'deposit judged', 'access', '{"check": "inputs.amount < 1000 and actor <> ''nobody''"}')`,
    );
    await register('open', {
      steps: [
        {
          create: 'bench.account',
          values: { email: '$email', name: '$name', age: '$age', balance: '$balance' },
          as: 'made',
        },
      ],
      input_schema: {
        properties: {
          email: { type: 'string' },
          name: { type: 'string' },
          age: { type: 'integer' },
          balance: { type: 'number' },
        },
        required: ['email', 'name'],
      },
    });

    const wire = await database.wire({ synchronous_commit: 'off' });
    const plan = quick ? { rounds: 3, turnMs: 150 } : { rounds: 9, turnMs: 130 };
    const results: Result[] = [];
    say('actions: a row is changed');
    results.push(
      ...(await interleave(
        'actions, a row is changed',
        [wire],
        [
          deposit('by hand', 'select bench.deposit($1::jsonb)'),
          ...languages.map(({ language }) => deposit(`in ${language}`, action(`deposit ${language}`))),
          deposit('in sql, with an access policy', action('deposit judged')),
        ],
        plan,
      )),
    );
    await fill(database);
    say('actions: a row is created');
    results.push(
      ...(await interleave(
        'actions, a row is created',
        [wire],
        [
          byHand(database, 'create'),
          generateMutation(database, 'create'),
          { ...byHand(database, 'create'), name: 'in steps', sql: action('open') },
        ],
        plan,
      )),
    );
    await wire.close();
    return results;
  },
};
