import { type Play, readJson } from '../play.ts';
import * as screen from '../screen.ts';
import type { Called } from './call.ts';

interface Explained {
  readonly checks: readonly { readonly outcome: string }[];
  readonly statement: { readonly plan: readonly string[] };
  readonly diff: Readonly<Record<string, unknown>>;
  readonly audit: readonly unknown[];
  readonly events: readonly unknown[];
}

/** Trying without doing, and doing once although it was sent twice. */
export const tryAndRepeat = async (play: Play, called: Called): Promise<void> => {
  const payments = async (): Promise<number> =>
    (await play.ask<{ n: number }>('select count(*)::int as n from shop.payments'))[0]?.n ?? 0;
  const before = await payments();
  const pay = (amount: string, options: string): string =>
    `select ai.generate_mutation('create', 'shop.payments',
  '{ "order_id": "${called.order}", "amount": "${amount}" }',
  '${options}')`;

  screen.say(
    'A dry run does everything and keeps nothing: the answer, and what the audit trail and the event log would hold.',
  );
  const tried = await play.call('shop_clerk', pay('52.20', '{ "dry_run": true }'), ['dry_run', 'result'], false);
  play.expect('it would be booked', (tried.result as { amount?: unknown } | undefined)?.amount, '52.20');
  play.expect('nothing is', await payments(), before);

  screen.say(
    'This tells all that a call would do: each check with its outcome, the plan of the statement, the change of the row.',
  );
  const explained = `select ai.explain_mutation('update', 'shop.products',
  '{ "id": "${called.product}", "stock": 20 }')`;
  screen.statement('shop_manager', explained);
  const manager = await play.stage.as('shop_manager');
  const { rows } = await manager.query<Record<string, string>>(explained);
  const told = readJson(Object.values(rows[0] ?? {})[0] ?? '{}') as unknown as Explained;
  const outcomes = [...new Set(told.checks.map(({ outcome }) => outcome))];
  screen.record({
    checks: `${told.checks.length}, all ${outcomes.join(', ')}`,
    plan: told.statement.plan.map((line) => line.trim()).join(' '),
    diff: told.diff,
    audit: `${told.audit.length} row`,
    events: `${told.events.length} row`,
  });
  play.expect('every check passed', outcomes, ['passed']);
  play.expect('the change', told.diff.stock, { old: 28, new: 20 });
  const [stock] = await play.ask<{ stock: number }>('select stock from shop.products where id = $1', [called.product]);
  play.expect('nothing has changed', stock?.stock, 28);

  screen.say(
    'The clerk’s browser sends a payment, hears nothing because the line broke, and sends it again with the same key:',
  );
  const sent = pay('52.20', '{ "idempotency_key": "till-1/0042" }');
  const first = await play.call('shop_clerk', sent, ['id', 'method', 'amount']);
  const again = await play.call('shop_clerk', sent, ['id', 'method', 'amount'], false);
  play.expect('the same answer', again, first);
  play.expect('one payment', await payments(), before + 1);
  screen.say('It is one payment. The same key with another amount is a mistake, and is told to be one:');
  await play.refused('shop_clerk', sent.replace('52.20', '99.00'), { code: 'PI106' });
};
