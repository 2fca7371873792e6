import pg from 'pg';
import { fill } from '../lib/account.ts';
import { alternate } from '../lib/alternate.ts';
import type { Case } from '../lib/case.ts';
import { type Database, sqlFile } from '../lib/database.ts';
import { interleave, type Side } from '../lib/interleave.ts';
import { measure, type Result } from '../lib/result.ts';
import type { Wire } from '../lib/wire.ts';

const CLIENTS = 16;
const COST = 6;
const PLANS = {
  short: { calls: { rounds: 3, calls: 1000 }, turns: { rounds: 5, turnMs: 150 } },
  long: { calls: { rounds: 5, calls: 3000 }, turns: { rounds: 9, turnMs: 130 } },
} as const;

interface Variation {
  readonly table: string;
  /** Columns beside those of bench.account. */
  readonly columns?: string;
  /** Inputs of create beside those of bench.account. */
  readonly inputs?: readonly string[];
  /** Keys of the declaration beside its own. */
  readonly policies?: object;
  readonly fields?: Readonly<Record<string, object>>;
}

/** The table of account.sql under another name, with something more. */
const declare = async ({ admin }: Database, { table, columns, inputs, policies, fields }: Variation): Promise<void> => {
  const file = sqlFile('account.sql').replaceAll('bench.account', `bench.${table}`);
  const [, whole = '', create = '', said = ''] =
    /(create table ([\s\S]*?);\ncomment on [^']*'([\s\S]*?)';)/.exec(file) ?? [];
  if (whole === '') throw new Error('account.sql is other than this case knows it');
  const declared = JSON.parse(said) as {
    operations: Record<string, { optional?: string[] }>;
    fields: Record<string, object>;
  };
  for (const operation of Object.values(declared.operations)) operation.optional?.push(...(inputs ?? []));
  for (const [name, rules] of Object.entries(fields ?? {}))
    declared.fields[name] = { ...declared.fields[name], ...rules };
  await admin.query(
    `create table ${create.replace('created_at', `${columns === undefined ? '' : `${columns}, `}created_at`)};
     comment on table bench.${table} is ${pg.escapeLiteral(JSON.stringify({ ...declared, policies: policies ?? {} }))};
     insert into bench.${table} (email, name, age, balance) select email, name, age, balance from bench.account order by id`,
  );
  await admin.query(`vacuum (analyze) bench.${table}`);
};

/** Comparisons number their calls alike, and no address may come twice. */
let made = 0;

const call = (table: string, operation: 'create' | 'update' | 'fetch', name: string, more: object = {}): Side => ({
  name,
  sql: `select ai_gen.bench__${table}__${operation}__json($1::jsonb)`,
  parameters: (n) => [
    JSON.stringify({
      ...(operation === 'create'
        ? { email: `user${made++}@example.com`, name: `User ${n}` }
        : { id: ((n * 7919) % 20_000) + 1 }),
      ...(operation === 'fetch' ? {} : { age: n % 90, balance: 12.5 }),
      ...more,
    }),
  ],
});

const barred = (side: Side, bar: number): Side => ({ ...side, bar });

/** Of many clients that spend one limit at once, just as many calls pass as it allows. */
const exactly = async (database: Database, limit: number): Promise<Result> => {
  await database.admin.query(`
    create function bench.try_shared(inputs jsonb) returns boolean language plpgsql as
      $$ begin perform ai_gen.bench__shared__create__json(inputs); return true; exception when sqlstate 'PI210' then return false; end $$;
    insert into ai.policies (name, relation, operation, kind, definition)
    values ('shared', 'bench.shared', 'create', 'rate_limit', '{"limit": "${limit}/hour", "per": "all"}')`);
  const before = await countOf(database);
  const wires: Wire[] = [];
  for (let i = 0; i < CLIENTS; i++) wires.push(await database.wire({ synchronous_commit: 'off' }));
  const each = (limit / CLIENTS) * 2;
  await Promise.all(
    wires.map(async (wire, i) => {
      const frames: Buffer[] = [];
      for (let n = 0; n < each; n++)
        frames.push(
          await wire.frame('select bench.try_shared($1::jsonb)', [
            JSON.stringify({ email: `shared${i}-${n}@example.com`, name: 'S' }),
          ]),
        );
      await wire.run(frames);
    }),
  );
  for (const wire of wires) await wire.close();
  const passed = (await countOf(database)) - before;
  if (passed !== limit) throw new Error(`a limit of ${limit} calls has let ${passed} pass`);
  return measure(`rate limit, ${CLIENTS} clients, one key`, `limit of ${limit}/hour`, passed, 'calls passed', {
    bar: limit,
    note: `of ${each * CLIENTS} calls at once; any other number ends the case`,
  });
};

const countOf = async ({ admin }: Database): Promise<number> => {
  const { rows } = await admin.query<{ n: number }>('select count(*)::int as n from bench.shared');
  return rows[0]?.n ?? 0;
};

export const policiesCase: Case = {
  name: 'policies',
  about: 'access, rate limits, masks, bcrypt and encryption against the same operations without',
  run: async ({ accounts, quick, say }) => {
    const database = await accounts();
    const { admin } = database;
    const plans = quick ? PLANS.short : PLANS.long;
    const results: Result[] = [];
    await fill(database);
    await admin.query(`create extension if not exists pgcrypto`);
    await admin.query(`select ai.add_encryption_key('bench', repeat('0123456789abcdef', 4))`);

    say('policies: access');
    const check = "inputs.balance <= 1000 or actor = 'boss'";
    await declare(database, { table: 'checked' });
    for (const operation of ['create', 'update'])
      await admin.query(
        `insert into ai.policies (name, relation, operation, kind, definition) values ($1, 'bench.checked', $2, 'access', $3)`,
        [`checked_${operation}`, operation, { check }],
      );
    await declare(database, { table: 'filtered', policies: { access: { filter: `row.status <> 'closed'` } } });
    const wire = await database.wire({ synchronous_commit: 'off', 'pg_ai.actor': 'somebody' });
    for (const operation of ['create', 'update', 'fetch'] as const) {
      const plain = call('account', operation, 'no policy');
      if (operation !== 'fetch')
        results.push(
          await alternate(
            `access, ${operation}`,
            wire,
            [plain, barred(call('checked', operation, 'check'), 1.1)],
            plans.calls,
          ),
        );
      if (operation !== 'create')
        results.push(
          await alternate(
            `access, ${operation}`,
            wire,
            [plain, barred(call('filtered', operation, 'filter'), 1.1)],
            plans.calls,
          ),
        );
    }

    say('policies: rate limits');
    await declare(database, { table: 'limited', policies: { rate_limit: '1000000/hour' } });
    await declare(database, { table: 'shared' });
    results.push(
      await alternate(
        'rate limit, one client',
        wire,
        [call('account', 'create', 'no policy'), barred(call('limited', 'create', 'rate limit'), 1.3)],
        plans.calls,
      ),
    );
    const wires: Wire[] = [];
    for (let i = 0; i < CLIENTS; i++)
      wires.push(await database.wire({ synchronous_commit: 'off', 'pg_ai.actor': `actor ${i}` }));
    results.push(
      ...(await interleave(
        `rate limit, ${CLIENTS} clients, an actor each`,
        wires,
        [call('account', 'create', 'no policy'), barred(call('limited', 'create', 'rate limit'), 1.3)],
        plans.turns,
      )),
    );
    for (const one of wires) await one.close();
    results.push(await exactly(database, 320));

    say('policies: what becomes of values');
    await declare(database, {
      table: 'masked',
      fields: { name: { mask: 'name' } },
    });
    results.push(
      await alternate(
        'masks, fetch',
        wire,
        [call('account', 'fetch', 'no policy'), barred(call('masked', 'fetch', 'a mask'), 1.1)],
        plans.calls,
      ),
    );
    await declare(database, {
      table: 'hashed',
      columns: 'password text',
      inputs: ['password'],
      fields: { password: { hash: { algorithm: 'bcrypt', cost: COST } } },
    });
    const byHand: Side = {
      ...call('account', 'create', 'crypt() by hand'),
      sql: `select crypt('some password', gen_salt('bf', ${COST})), ai_gen.bench__account__create__json($1::jsonb)`,
    };
    const hashed = barred(call('hashed', 'create', '"hash"', { password: 'some password' }), 1.05);
    results.push(
      await alternate(`bcrypt, cost ${COST}, create`, wire, [byHand, hashed], {
        ...plans.calls,
        calls: plans.calls.calls / 5,
      }),
    );
    await declare(database, {
      table: 'encrypted',
      columns: 'phone text',
      inputs: ['phone'],
      fields: { phone: { encrypt: 'bench', mask: { as: 'all', clear_for: ['ai_user'] } } },
    });
    await declare(database, { table: 'unencrypted', columns: 'phone text', inputs: ['phone'] });
    const phone = { phone: '+84901234567' };
    results.push(
      await alternate(
        'encryption, create',
        wire,
        [call('unencrypted', 'create', 'in the clear', phone), call('encrypted', 'create', '"encrypt"', phone)],
        plans.calls,
      ),
    );
    await admin.query(
      `update bench.encrypted set phone = ai_private.encrypted_again('+84901234567', 'bench');
       update bench.unencrypted set phone = '+84901234567'`,
    );
    await admin.query('vacuum (analyze) bench.encrypted, bench.unencrypted');
    results.push(
      await alternate(
        'encryption, fetch',
        wire,
        [call('unencrypted', 'fetch', 'in the clear'), call('encrypted', 'fetch', 'decrypted')],
        plans.calls,
      ),
    );
    await wire.close();
    return results;
  },
};
