import { readFileSync } from 'node:fs';
import { type Play, Surprise } from '../play.ts';
import * as screen from '../screen.ts';
import type { Defined } from '../stage.ts';

const read = (name: string): string => readFileSync(new URL(`../${name}`, import.meta.url), 'utf8');
/** The COMMENT ON TABLE of declarations.sql for one table. */
export const statementFor = (table: string): string => {
  const found = new RegExp(`comment on table shop\\.${table} [\\s\\S]*?\\$\\$;`).exec(read('declarations.sql'))?.[0];
  if (found === undefined) throw new Surprise(`declarations.sql declares nothing for ${table}`);
  return found;
};
const OPERATIONS = ['create', 'update', 'upsert', 'fetch', 'delete'] as const;

/** What defining something gives when all is well. */
export const FINE: Defined = { warnings: [], problems: [], refused: false };

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
  play.expect('schema.sql', await play.stage.define(read('schema.sql')), FINE);
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
  screen.statement('shop_owner', statementFor('order_lines'));
  play.expect('declarations.sql', await play.stage.define(sql), FINE);
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
  const when =
    play.stage.javascript === 'none'
      ? 'This database has no JavaScript language, so Node compiles (pg-ai compile)'
      : 'It takes effect in its own statement';
  screen.say(
    `${when}: each operation becomes a PL/pgSQL function (${rows.length} now), and who may call it is PostgreSQL's own GRANT.`,
  );
  screen.table(
    ['table', ...OPERATIONS],
    Object.entries(found).map(([name, roles]) => [name, ...roles.map((role) => role || '·')]),
  );
};

export const wrongDeclaration = async (play: Play): Promise<void> => {
  screen.say('A wrong declaration is told with all that is wrong at once:');
  const sql = `comment on table shop.payments is '{
  "operations": {
    "create": { "optinal": ["reference"], "required": ["ammount"] },
    "update": true
  },
  "fields": { "amount": { "minLength": 2 } }
}'`;
  screen.statement('shop_owner', sql);
  const { problems, refused } = await play.stage.define(sql);
  screen.table(
    ['where', 'what is wrong', 'what to do'],
    problems.map((p) => [p.path.replace('comment on table shop.payments: ', ''), p.reason, p.suggestion ?? '']),
  );
  play.counted.refusals++;
  const wanted = ['optinal', 'ammount', 'nothing to change', 'minLength'];
  const text = JSON.stringify(problems);
  play.expect(
    'every mistake is told',
    wanted.filter((word) => !text.includes(word)),
    [],
  );
  play.expect('refused in its own statement', refused, play.stage.javascript !== 'none');
  if (refused) {
    screen.say('The statement has failed, and what was in force before still is.');
  } else {
    screen.say('The comment stands, but until it is mended the operations are refused. It is put back as it was.');
    play.expect('mended', await play.stage.define(statementFor('payments')), FINE);
  }
  const [kept] = await play.ask<{ operations: string; state: string }>(`
    select string_agg(o.operation, ', ' order by o.operation) as operations, min(d.state) as state
    from ai.operation o join ai.declaration d using (relation) where o.qualified_name = 'shop.payments'`);
  play.expect('what was declared before', kept, { operations: 'create, fetch', state: 'ready' });
};
