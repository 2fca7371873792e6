import { fill } from '../lib/account.ts';
import { overhead } from '../lib/alternate.ts';
import type { Case } from '../lib/case.ts';
import type { Database } from '../lib/database.ts';
import { sqlFile } from '../lib/database.ts';
import type { Side } from '../lib/interleave.ts';
import type { Result } from '../lib/result.ts';

/** Hooks that do nothing, and what each may cost. */
const HOOKS = [
  { language: 'plpgsql', code: 'begin return null; end', bar: 15 },
  { language: 'sql', code: 'select null::jsonb', bar: null },
  { language: 'javascript', code: 'return null;', bar: 80 },
] as const;

const create = (table: string, name: string, bar: number | null = null): Side => ({
  name,
  sql: `select ai_gen.bench__${table}__create__json($1::jsonb)`,
  parameters: (n) => [JSON.stringify({ email: `user${n}@example.com`, name: `User ${n}`, age: n % 90, balance: 12.5 })],
  ...(bar === null ? {} : { bar }),
});

const declare = async ({ admin }: Database, table: string): Promise<void> => {
  await admin.query(
    sqlFile('account.sql')
      .replace(/^.* schema bench.*$/gm, '')
      .replaceAll('bench.account', `bench.${table}`),
  );
};

export const hooksCase: Case = {
  name: 'hooks',
  about: 'a create with a hook that does nothing, in PL/pgSQL, SQL and JavaScript, against the same without',
  run: async ({ bench, accounts, quick, say }) => {
    const database = await accounts();
    const results: Result[] = [];
    const plan = quick ? { rounds: 3, calls: 1000 } : { rounds: 5, calls: 3000 };
    for (const phase of ['pre', 'post'] as const) {
      for (const { language, code, bar } of HOOKS) {
        if (language === 'javascript' && bench.javascript === 'none') {
          say('  no JavaScript language here: hooks in JavaScript are left out');
          continue;
        }
        say(`hooks: ${phase}, ${language}`);
        const table = `hooked_${phase}_${language}`;
        await fill(database);
        await declare(database, table);
        await database.admin.query(
          `insert into ai.hooks (name, relation, operation, phase, language, code)
           values ('${table}', 'bench.${table}', 'create', '${phase}', '${language}', '${code}')`,
        );
        const wire = await database.wire({ synchronous_commit: 'off' });
        const sides: [Side, Side] = [
          create('account', 'no hook'),
          create(table, `a ${phase} hook in ${language}`, phase === 'pre' ? bar : null),
        ];
        results.push(await overhead(`hooks, ${phase}`, wire, sides, plan));
        await wire.close();
      }
    }
    return results;
  },
};
