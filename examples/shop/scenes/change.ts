import type { Play } from '../play.ts';
import * as screen from '../screen.ts';
import type { Defined } from '../stage.ts';
import type { Called } from './call.ts';
import { FINE, statementFor } from './declare.ts';

/** DDL on a declared table: what still fits is compiled again, what does not is refused until mended. */
export const changeTables = async (play: Play, called: Called): Promise<void> => {
  const fetch = `select ai.generate_mutation('fetch', 'shop.products', '{ "id": "${called.product}" }')`;
  const stateOf = async (): Promise<string | undefined> =>
    (await play.ask<{ state: string }>(`select state from ai.declaration where qualified_name = 'shop.products'`))[0]
      ?.state;
  const define = async (sql: string): Promise<Defined> => {
    screen.statement('shop_owner', sql);
    const defined = await play.stage.define(sql);
    for (const warning of defined.warnings) screen.answer(`WARNING: ${warning}`);
    for (const { path, reason } of defined.problems.slice(0, 1)) screen.answer(`pg-ai compile: ${path}: ${reason}`);
    return defined;
  };

  screen.say('A new column with a default: the operations are compiled again.');
  play.expect(
    'no warning',
    await define(`alter table shop.products add column unit text not null default 'piece'`),
    FINE,
  );
  const row = await play.call('shop_clerk', fetch, ['sku', 'price', 'unit']);
  play.expect('the new column', row.unit, 'piece');

  screen.say(
    'A column that the declaration names gets another name. The DDL is never stopped, but no wrong function stays callable:',
  );
  const { warnings, problems } = await define('alter table shop.products rename column price to list_price');
  play.expect('it is told', warnings.length + problems.length > 0, true);
  play.expect('out of force', await stateOf(), 'inconsistent');
  await play.refused('shop_clerk', fetch, { code: 'PI003' });

  screen.say('The declaration is mended, and the operations are back:');
  screen.statement('shop_owner', `comment on table shop.products is …  -- the same with "list_price" for "price"`);
  const mended = statementFor('products').replaceAll('"price"', '"list_price"');
  play.expect('no warning', await play.stage.define(mended), FINE);
  play.expect('in force', await stateOf(), 'ready');
  const again = await play.call('shop_clerk', fetch, ['sku', 'list_price', 'unit']);
  play.expect('the row is as it was', [again.list_price, again.unit], ['13.05', 'piece']);
};
