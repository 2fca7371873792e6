import type { Play } from '../play.ts';
import * as screen from '../screen.ts';
import type { Called } from './call.ts';

const NOBODY = '00000000-0000-4000-8000-000000000000';

const call = (operation: string, table: string, inputs: unknown, options?: unknown): string =>
  `select ai.generate_mutation('${operation}', 'shop.${table}', '${JSON.stringify(inputs).replaceAll("'", "''")}'${
    options === undefined ? '' : `, '${JSON.stringify(options)}'`
  })`;

/** Every kind of bad input, by the operation that meets it. */
const bad = (called: Called): readonly [what: string, sql: string, code: string, errors?: readonly string[]][] => [
  ['a required input is missing', call('create', 'customers', { name: 'Lan' }), 'PI100', ['email required']],
  [
    'an input that is not declared',
    call('update', 'customers', { id: called.customer, credit_limit: 9 }),
    'PI100',
    ['credit_limit additionalProperties'],
  ],
  ['a JSON type that does not fit', call('create', 'orders', { customer_id: 17 }), 'PI100', ['customer_id type']],
  ['a text that is no uuid', call('create', 'orders', { customer_id: 'lan' }), 'PI100', ['customer_id type']],
  [
    'null where the column has NOT NULL',
    call('update', 'customers', { id: called.customer, name: null }),
    'PI100',
    ['name notNull'],
  ],
  [
    'a label that the enum lacks',
    call('create', 'orders', { customer_id: called.customer, status: 'sent' }),
    'PI100',
    ['status enum'],
  ],
  [
    'longer than varchar(80)',
    call('upsert', 'products', { sku: 'CUP-9001', name: 'x'.repeat(81), price: 1 }),
    'PI100',
    ['name maxLength'],
  ],
  [
    'a fraction of a cent',
    call('upsert', 'products', { sku: 'CUP-9001', name: 'cup', price: '1.005' }),
    'PI100',
    ['price multipleOf'],
  ],
  [
    'a rule of the declaration',
    call('upsert', 'products', { sku: 'CUP-9001', name: 'cup', price: 0 }),
    'PI100',
    ['price exclusiveMinimum'],
  ],
  ['a CHECK of the domain', call('upsert', 'products', { sku: 'cup', name: 'cup', price: 1 }), 'PI100', ['sku check']],
  [
    'a CHECK over two columns',
    call('create', 'orders', { customer_id: called.customer, status: 'paid' }),
    'PI100',
    ['status check'],
  ],
  [
    'too large for smallint',
    call('fetch', 'order_lines', { order_id: called.order, line: 70000 }),
    'PI100',
    ['line range'],
  ],
  [
    'the same tag twice',
    call('update', 'customers', { id: called.customer, tags: ['vip', 'vip'] }),
    'PI100',
    ['tags uniqueItems'],
  ],
  [
    'no such attribute of the address',
    call('update', 'customers', { id: called.customer, address: { zip: '1' } }),
    'PI100',
    ['address additionalProperties'],
  ],
  ['inputs that are no object', call('create', 'orders', ['order']), 'PI100', ['inputs type']],
  ['unique', call('create', 'customers', { email: 'lan@example.com', name: 'Lan' }), '23505', ['email unique']],
  ['a foreign key to nobody', call('create', 'orders', { customer_id: NOBODY }), '23503', ['customer_id foreignKey']],
  ['a row that others refer to', call('delete', 'customers', { id: called.customer }), '23503', [' referenced']],
  ['no such row', call('update', 'orders', { id: NOBODY, note: 'x' }), 'PI103'],
  ['no such operation', call('delete', 'payments', { id: NOBODY }), 'PI101'],
  ['no such table', call('create', 'invoices', {}), 'PI101'],
  ['no such option', call('create', 'orders', { customer_id: called.customer }, { dryrun: true }), 'PI102'],
];

export const refuseInputs = async (play: Play, called: Called): Promise<void> => {
  screen.say(
    'All that is wrong with a call is told at once, field by field, with codes for programs and texts for people:',
  );
  const sql = `select ai.generate_mutation('create', 'shop.customers', '{
  "email": "not an address", "name": "X", "phone": "call me",
  "tags": "vip", "preferences": [1, 2], "age": 41
}')`;
  const errors = [
    'age additionalProperties',
    'tags type',
    'email check',
    'name minLength',
    'phone format',
    'preferences type',
  ];
  await play.refused('shop_clerk', sql, { code: 'PI100', errors });

  screen.say('The same call by somebody who reads Vietnamese:');
  const clerk = await play.stage.as('shop_clerk');
  screen.statement('shop_clerk', `set pg_ai.language = 'vi'`);
  await clerk.query(`set pg_ai.language = 'vi'`);
  const vietnamese = await play.refused('shop_clerk', sql, { code: 'PI100', errors }, { show: false });
  screen.refusal(vietnamese);
  await clerk.query('reset pg_ai.language');
  play.expect('the text is Vietnamese', vietnamese.errors.at(-2)?.message, 'phone không phải là phone hợp lệ');

  screen.say('One of each kind, the rest of them in brief. Codes of class 23 are PostgreSQL’s own.');
  const rows: string[][] = [];
  for (const [what, statement, code, expected] of bad(called)) {
    const wanted = expected?.map((error) => (error.startsWith(' ') ? `inputs${error}` : error));
    const refusal = await play.refused(
      'shop_manager',
      statement,
      { code, ...(wanted === undefined ? {} : { errors: wanted }) },
      { show: false },
    );
    rows.push([what, code, refusal.errors[0]?.code ?? '', refusal.errors[0]?.message ?? refusal.message]);
  }
  screen.table(['what', 'state', 'error', 'message'], rows);
};

export const refuseRoles = async (play: Play, called: Called): Promise<void> => {
  screen.say(
    'Deleting a customer is for the manager, and products are the manager’s altogether. The tables themselves are closed to both.',
  );
  await play.refused('shop_clerk', call('delete', 'customers', { id: called.customer }), { code: '42501' });
  await play.refused('shop_clerk', `select ai_gen.shop__products__delete('${called.product}')`, { code: '42501' });
  await play.refused('shop_manager', 'delete from shop.products', { code: '42501' });
  const [left] = await play.ask<{ products: number }>('select count(*)::int as products from shop.products');
  play.expect('nothing was deleted', left?.products, 41);
};

export const refuseStale = async (play: Play, called: Called): Promise<void> => {
  screen.say('Two people open the same product, both see version 1. The first one saves:');
  const update = (inputs: string) =>
    `select ai.generate_mutation('update', 'shop.products',
  '{ "id": "${called.product}", ${inputs} }', '{ "expected_version": 1 }')`;
  const first = await play.call('shop_manager', update('"stock": 28'), ['sku', 'stock', 'version']);
  play.expect('the first', [first.stock, first.version], [28, 2]);
  screen.say('The second one, who does not know, is told instead of winning silently:');
  await play.refused('shop_manager', update('"stock": 35'), { code: 'PI104' });
};
