import type { Play, Row } from '../play.ts';
import * as screen from '../screen.ts';

export interface Called {
  readonly customer: string;
  readonly product: string;
  readonly order: string;
}

const fields = (row: Row, names: readonly string[]): Row => Object.fromEntries(names.map((name) => [name, row[name]]));

/** All five operations, and the difference between null, absent and default. */
export const callOperations = async (play: Play): Promise<Called> => {
  screen.say(
    'create. The clerk has no right on any table; the operation is all there is to call. What is not given comes from the table.',
  );
  const lan = await play.call(
    'shop_clerk',
    `select ai.generate_mutation('create', 'shop.customers', '{
  "email": "lan@example.com",
  "name": "Nguyễn Thị Lan",
  "address": { "street": "12 Hàng Bạc", "city": "Hà Nội", "country": "VN" },
  "tags": ["vip"]
}')`,
  );
  play.expect(
    'the new customer',
    fields(lan, ['email', 'name', 'address', 'tags', 'phone', 'preferences', 'credit_limit']),
    {
      email: 'lan@example.com',
      name: 'Nguyễn Thị Lan',
      address: { street: '12 Hàng Bạc', city: 'Hà Nội', postcode: null, country: 'VN' },
      tags: ['vip'],
      phone: null,
      preferences: {},
      credit_limit: '0.00',
    },
  );
  const customer = String(lan.id);

  screen.say('A protected field goes in and never comes out: not in answers, not in the audit trail, not in events.');
  const user = await play.call(
    'shop_manager',
    `select ai.generate_mutation(operation => 'create', table_name => 'shop.users',
  inputs => '{ "email": "minh@shop.example", "password": "scrypt$5f1d0c77e9a2" }')`,
  );
  play.expect('the new user', fields(user, ['email', 'role']), { email: 'minh@shop.example', role: 'clerk' });
  play.expect('the password is not returned', 'password' in user, false);

  screen.say(
    'upsert, by the SKU: the supplier’s list comes twice. The first call inserts, the second changes the same row.',
  );
  const cup = `select ai.generate_mutation('upsert', 'shop.products', '{ "sku": "CUP-9001", "name": "tea cup", "price": "12.50", "stock": 30 }')`;
  const names = ['id', 'sku', 'name', 'price', 'price_with_vat', 'stock'];
  const first = await play.call('shop_manager', cup, names);
  const second = await play.call('shop_manager', cup.replace('"12.50", "stock": 30', '"13.05"'), names);
  const product = String(first.id);
  play.expect('inserted', fields(first, names.slice(1)), {
    sku: 'CUP-9001',
    name: 'tea cup',
    price: '12.50',
    price_with_vat: '13.75',
    stock: 30,
  });
  play.expect(
    'changed, and stock, which was absent, is as before',
    fields(second, ['id', 'price', 'price_with_vat', 'stock']),
    {
      id: product,
      price: '13.05',
      price_with_vat: '14.36',
      stock: 30,
    },
  );

  screen.say('An order and a line of it, which has a key of two columns.');
  const order = await play.call(
    'shop_clerk',
    `select ai.generate_mutation('create', 'shop.orders', '{ "customer_id": "${customer}", "note": "gift wrap" }')`,
    ['id', 'number', 'status', 'placed_at', 'note'],
  );
  const id = String(order.id);
  play.expect('the order', fields(order, ['status', 'placed_at', 'note']), {
    status: 'draft',
    placed_at: null,
    note: 'gift wrap',
  });
  const line = await play.call(
    'shop_clerk',
    `select ai.generate_mutation('create', 'shop.order_lines', '{
  "order_id": "${id}", "line": 1,
  "product_id": "${product}",
  "quantity": 3, "unit_price": "13.05", "discount": 0.1
}')`,
    ['line', 'quantity', 'unit_price', 'discount', 'total'],
  );
  play.expect('the line', fields(line, ['line', 'quantity', 'unit_price', 'discount', 'total']), {
    line: 1,
    quantity: 3,
    unit_price: '13.05',
    discount: '0.10',
    total: '35.24',
  });

  screen.say('update. Absent means “leave it”, null means “make it null”, and set_default means “as if never given”.');
  const key = `"order_id": "${id}", "line": 1`;
  const changed = await play.call(
    'shop_clerk',
    `select ai.generate_mutation('update', 'shop.order_lines', '{ ${key}, "quantity": 4 }')`,
    ['quantity', 'discount', 'total'],
  );
  play.expect('absent', fields(changed, ['quantity', 'discount', 'total']), {
    quantity: 4,
    discount: '0.10',
    total: '46.98',
  });
  const reset = await play.call(
    'shop_clerk',
    `select ai.generate_mutation('update', 'shop.order_lines', '{ ${key} }', '{ "set_default": ["discount"] }')`,
    ['quantity', 'discount', 'total'],
  );
  play.expect('default', [reset.quantity, Number(reset.discount), reset.total], [4, 0, '52.20']);
  const cleared = await play.call(
    'shop_clerk',
    `select ai.generate_mutation('update', 'shop.orders', '{ "id": "${id}", "note": null }')`,
    ['status', 'note'],
  );
  play.expect('null', fields(cleared, ['status', 'note']), { status: 'draft', note: null });

  screen.say(
    'fetch reads one row by its key (users by their e-mail); delete gives back the row that it deleted; then fetch finds nothing.',
  );
  const fetched = await play.call(
    'shop_manager',
    `select ai.generate_mutation('fetch', 'shop.users', '{ "email": "minh@shop.example" }')`,
  );
  play.expect('fetched', fetched, user);
  const gone = await play.call(
    'shop_clerk',
    `select ai.generate_mutation('delete', 'shop.order_lines', '{ ${key} }')`,
    ['line', 'quantity', 'total'],
  );
  play.expect('deleted', fields(gone, ['line', 'quantity', 'total']), { line: 1, quantity: 4, total: '52.20' });
  const nothing = await play.call(
    'shop_clerk',
    `select ai.generate_mutation('fetch', 'shop.order_lines', '{ ${key} }')`,
  );
  play.expect('nothing left', nothing, {});
  return { customer, product, order: id };
};
