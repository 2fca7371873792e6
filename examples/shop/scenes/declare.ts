import { readFileSync } from 'node:fs';
import { type Play, refusalOf, Surprise } from '../play.ts';
import * as screen from '../screen.ts';

const read = (name: string): string => readFileSync(new URL(`../${name}`, import.meta.url), 'utf8');
const OPERATIONS = ['create', 'update', 'upsert', 'fetch', 'delete'] as const;

/** Who may call what, as declarations.sql has it: the columns of OPERATIONS. */
const DECLARED: Readonly<Record<string, readonly string[]>> = {
  customers: ['all', 'all', 'all', 'all', 'manager'],
  order_lines: ['all', 'all', 'all', 'all', 'all'],
  orders: ['all', 'all', '', 'all', 'manager'],
  payments: ['all', '', '', 'all', ''],
  products: ['manager', 'manager', 'manager', 'all', 'manager'],
  users: ['manager', 'manager', '', 'manager', 'manager'],
};

export const showTables = async (play: Play): Promise<void> => {
  screen.say('Six ordinary tables, made by schema.sql. Nothing in it knows of pg_ai.');
  const warnings = await play.stage.define(read('schema.sql'));
  play.expect('warnings of schema.sql', warnings, []);
  const rows = await play.ask<{ name: string; columns: number; key: string; types: string; rules: string }>(`
    select c.relname as name, count(*)::int as columns,
      (select string_agg(k.attname, ', ' order by u.n) from pg_index i, unnest(i.indkey::int2[]) with ordinality as u (attnum, n)
        join pg_attribute k on k.attnum = u.attnum where i.indrelid = c.oid and i.indisprimary and k.attrelid = c.oid) as key,
      (select count(*) from pg_constraint k where k.conrelid = c.oid and k.contype = 'c') || ' / ' ||
      (select count(*) from pg_constraint k where k.conrelid = c.oid and k.contype = 'f') as rules,
      string_agg(distinct format_type(a.atttypid, null), ', ') filter (where t.typtype <> 'b' or t.typcategory in ('A', 'U')) as types
    from pg_class c
    join pg_attribute a on a.attrelid = c.oid and a.attnum > 0
    join pg_type t on t.oid = a.atttypid
    where c.relnamespace = 'shop'::regnamespace and c.relkind = 'r'
    group by c.oid, c.relname order by c.relname`);
  play.expect(
    'the tables',
    rows.map((row) => row.name),
    Object.keys(DECLARED),
  );
  screen.table(
    ['table', 'columns', 'primary key', 'check / foreign', 'types out of the ordinary'],
    rows.map((row) => [row.name, row.columns, row.key, row.rules, row.types.replaceAll('shop.', '')]),
  );
};

export const declareOperations = async (play: Play): Promise<void> => {
  const sql = read('declarations.sql');
  screen.say('A table says in its own comment what its callers may do. All of declarations.sql reads like this:');
  const statement = /comment on table shop\.order_lines[\s\S]*?\$\$;/.exec(sql)?.[0];
  if (statement === undefined) throw new Surprise('declarations.sql declares nothing for order_lines');
  screen.statement('shop_owner', statement);
  await play.stage.define(sql);
  const rows = await play.ask<{ name: string; operation: string; roles: string }>(`
    select split_part(qualified_name, '.', 2) as name, operation, array_to_string(roles, ', ') as roles
    from ai.operation where state = 'ready' order by 1`);
  const found: Record<string, string[]> = {};
  for (const name of Object.keys(DECLARED)) {
    found[name] = OPERATIONS.map((operation) => {
      const roles = rows.find((row) => row.name === name && row.operation === operation)?.roles ?? '';
      return roles.replace('ai_user', 'all').replace('shop_', '');
    });
  }
  play.expect('the operations', found, DECLARED);
  screen.say(
    `It takes effect in its own statement: each operation is compiled to a PL/pgSQL function (${rows.length} now), and who may call it is PostgreSQL's own GRANT.`,
  );
  screen.table(
    ['table', ...OPERATIONS],
    Object.entries(found).map(([name, roles]) => [name, ...roles.map((role) => role || '·')]),
  );
};

export const wrongDeclaration = async (play: Play): Promise<void> => {
  screen.say(
    'A wrong declaration fails in its own statement, with all that is wrong at once. What was in force before stays.',
  );
  const sql = `comment on table shop.payments is '{
  "operations": {
    "create": { "optinal": ["reference"], "required": ["ammount"] },
    "update": true
  },
  "fields": { "amount": { "minLength": 2 } }
}'`;
  screen.statement('shop_owner', sql);
  const refusal = await refusalOf(play.stage.define(sql), sql);
  play.counted.refusals++;
  const problems = refusal.errors as unknown as readonly { path: string; reason: string; suggestion?: string }[];
  play.expect('the code', refusal.code, 'PI001');
  screen.table(
    ['where', 'what is wrong', 'what to do'],
    problems.map((p) => [p.path.replace('comment on table shop.payments: ', ''), p.reason, p.suggestion ?? '']),
  );
  const wanted = ['optinal', 'ammount', 'nothing to change', 'minLength'];
  const text = JSON.stringify(problems);
  play.expect(
    'every mistake is told',
    wanted.filter((word) => !text.includes(word)),
    [],
  );
  const [kept] = await play.ask<{ operations: string; state: string }>(`
    select string_agg(o.operation, ', ' order by o.operation) as operations, min(d.state) as state
    from ai.operation o join ai.declaration d using (relation) where o.qualified_name = 'shop.payments'`);
  play.expect('what was declared before', kept, { operations: 'create, fetch', state: 'ready' });
};
