import { generateShop, type Inputs, money, type Shop } from '../generate.ts';
import type { Play } from '../play.ts';
import * as screen from '../screen.ts';

const SEED = 20260105;

export const fill = async (play: Play): Promise<Shop> => {
  const shop = generateShop(SEED);
  play.expect('the generator repeats itself', generateShop(SEED), shop);
  screen.say(
    `A seeded generator (${SEED}) makes up a shop; rows go in one by one through ai.generate_mutation, the lines of orders all at once through ai.generate_mutations.`,
  );
  const steps = [
    ['customers', shop.customers, 'shop_clerk'],
    ['users', shop.users, 'shop_manager'],
    ['products', shop.products, 'shop_manager'],
    ['orders', shop.orders, 'shop_clerk'],
    ['order_lines', shop.lines, 'shop_clerk'],
    ['payments', shop.payments, 'shop_clerk'],
  ] as const;
  const rows: [string, number, number, string][] = [];
  for (const [table, inputs, who] of steps) {
    const before = play.counted.calls;
    if (table === 'order_lines') {
      const answers = await play.bulk(who, 'create', `shop.${table}`, inputs);
      const keys = (lines: readonly Inputs[]) => lines.map(({ order_id, line }) => [order_id, line]);
      play.expect('answers in the order of the inputs', keys(answers), keys(inputs));
    } else {
      for (const each of inputs) await play.quietly(who, 'create', `shop.${table}`, each);
    }
    const [{ count } = { count: 0 }] = await play.ask<{ count: number }>(
      `select count(*)::int as count from shop.${table}`,
    );
    play.expect(`rows of ${table}`, count, inputs.length);
    rows.push([table, count, play.counted.calls - before, who]);
  }
  screen.table(['table', 'rows', 'calls', 'entered by'], rows);

  screen.say('The generator counts money in whole cents; the database in numeric. They must agree to the cent:');
  const [sums] = await play.ask<{ sold: string; paid: string }>(
    'select (select sum(total) from shop.order_lines) as sold, (select sum(amount) from shop.payments) as paid',
  );
  const expected = { sold: money(shop.expected.sold), paid: money(shop.expected.paid) };
  play.expect('the sums', sums, expected);
  screen.table(
    ['', 'generator', 'database'],
    [
      ['sold', expected.sold, sums?.sold ?? ''],
      ['paid', expected.paid, sums?.paid ?? ''],
    ],
  );
  return shop;
};
