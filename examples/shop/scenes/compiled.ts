import { type Play, readJson } from '../play.ts';
import * as screen from '../screen.ts';
import type { Called } from './call.ts';

const excerpt = (text: string, from: RegExp, to: RegExp): string[] => {
  const lines = text.split('\n');
  const start = lines.findIndex((line) => from.test(line));
  const length = lines.slice(start + 1).findIndex((line) => to.test(line));
  return start < 0 ? [] : lines.slice(start, length < 0 ? undefined : start + 1 + length);
};

/** What the compiler wrote: the typed function, its description, its source. */
export const showCompiled = async (play: Play, called: Called): Promise<void> => {
  screen.say(
    'Each operation is also a function with typed parameters, for those who like their arguments named and checked by PostgreSQL:',
  );
  const stock = await play.call(
    'shop_manager',
    `select ai_gen.shop__products__update(
  id => '${called.product}', stock => 25, tags => '{cup,new}')`,
    ['sku', 'stock', 'tags', 'version'],
  );
  play.expect('the typed call', [stock.stock, stock.tags, stock.version], [25, ['cup', 'new'], 3]);

  screen.say('ai.describe says what can be called, as JSON Schema. Two of the inputs of “create a customer”:');
  const described = `select ai.describe('shop.customers', 'create') #> '{inputs,properties}'`;
  screen.statement('shop_clerk', described);
  const clerk = await play.stage.as('shop_clerk');
  const { rows } = await clerk.query<Record<string, string>>(described);
  const properties = readJson(Object.values(rows[0] ?? {})[0] ?? '{}') as Record<string, Record<string, unknown>>;
  screen.record({ email: properties.email, tags: properties.tags });
  play.expect('email is described', [properties.email?.format, properties.email?.maxLength], ['email', 254]);
  play.expect('tags are described', [properties.tags?.type, properties.tags?.maxItems], ['array', 5]);

  screen.say('And this is what runs: PL/pgSQL with static SQL, which can be read. From “change a line of an order”:');
  const [source] = await play.ask<{ source: string }>(
    `select prosrc as source from pg_proc where pronamespace = 'ai_gen'::regnamespace and proname = 'shop__order_lines__update__json'`,
  );
  const text = source?.source ?? '';
  const shown = [
    ...excerpt(text, /-- Rules\./, /^\s*$/),
    '  …',
    ...excerpt(text, /-- The statement\./, /exception when/),
    '  …',
  ];
  play.expect(
    'rules and statement are there',
    [shown.length > 12, text.includes('update shop.order_lines as t')],
    [true, true],
  );
  screen.verbatim(shown.map((line) => (line.length > 94 ? `${line.slice(0, 93)}…` : line)).join('\n'));
};
