import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createRenderer } from '../../workers/email/render.ts';
import { useDatabase } from '../support/database.ts';

const database = useDatabase();
const renderer = createRenderer();

const DECLARED = {
  name: { type: 'string' },
  total: { type: 'number' },
  list: { type: 'array', items: { type: 'object', properties: { a: { type: 'string' } } } },
};
const VALUES = { name: '<x>', total: 3, list: [{ a: '1' }, { a: '2' }] };

const operand = fc.constantFrom(
  'name',
  'total',
  'list',
  'list[0].a',
  'list.size',
  'item.a',
  'x',
  '"s"',
  "'t'",
  '1',
  '2.5',
  '-3',
  'true',
  'nil',
  'nobody',
  'forloop.index',
);
const filter = fc.constantFrom(
  'upcase',
  'default: 1',
  'append: name',
  'replace: "a", "b"',
  'join: ","',
  'truncate: 3',
  'size',
  'first',
  'round',
  'shout',
  'raw',
  'newline_to_br',
  'number: 2',
  'date: "%Y"',
  'plus: total',
  ':',
  '',
);
const value = fc.tuple(operand, fc.array(filter, { maxLength: 2 })).map(([o, filters]) => [o, ...filters].join(' | '));
const condition = fc
  .array(
    fc.tuple(operand, fc.constantFrom('==', '!=', '<', 'contains', 'and', 'or', '=', '')).map((pair) => pair.join(' ')),
    { minLength: 1, maxLength: 3 },
  )
  .chain((parts) => operand.map((last) => [...parts, last].join(' ')));
const dash = fc.constantFrom('', '', '-');
const piece: fc.Arbitrary<string> = fc.oneof(
  fc.tuple(dash, value, dash).map(([a, v, b]) => `{{${a} ${v} ${b}}}`),
  fc.constantFrom('text ', '}}', '%}', '{', '<a href="', '">', '\n', "it's ", '{{', '{%', '{{ name }'),
  condition.map((c) => `{% if ${c} %}`),
  condition.map((c) => `{% unless ${c} %}`),
  fc.constantFrom(
    '{% else %}',
    '{% endif %}',
    '{%- endif -%}',
    '{% endunless %}',
    '{% endfor %}',
    '{% endcase %}',
    '{%endif%}',
  ),
  fc.constantFrom(
    '{% for item in list %}',
    '{% for item in list limit: 1 %}',
    '{% for item in name %}',
    '{% for x in item.a %}',
    '{%for item in list%}',
  ),
  operand.map((o) => `{% case ${o} %}`),
  fc.array(operand, { maxLength: 2 }).map((o) => `{% when ${o.join(', ')} %}`),
  value.map((v) => `{% assign x = ${v} %}`),
  fc.constantFrom(
    '{% comment %}',
    '{% endcomment %}',
    '{% raw %}',
    '{% endraw %}',
    '{% include "x" %}',
    '{% break %}',
    '{% %}',
    '{% # note %}',
  ),
);
/** Half of them nested as they should be, so that enough are taken. */
const nested: fc.Arbitrary<string> = fc.letrec<{ text: string }>((tie) => ({
  text: fc.oneof(
    { maxDepth: 3 },
    value.map((v) => `{{ ${v} }}`),
    fc.tuple(condition, tie('text')).map(([c, t]) => `{% if ${c} %}${t}{% else %}-{% endif %}`),
    tie('text').map((t) => `{% for item in list %}${t}{{ item.a }}{% endfor %}`),
    fc.tuple(operand, operand, tie('text')).map(([a, b, t]) => `{% case ${a} %}{% when ${b} %}${t}{% endcase %}`),
    fc.tuple(value, tie('text')).map(([v, t]) => `{% assign x = ${v} %}${t}{{ x }}`),
  ),
})).text;
const template = fc.oneof(
  nested,
  fc.array(piece, { maxLength: 6 }).map((pieces) => pieces.join('')),
);

test('what the database takes for a template, the renderer renders', async () => {
  const templates = fc.sample(template, { numRuns: 600, seed: 20260105 });
  const verdicts = await database.query<{ problems: unknown[] }>(
    `select ai_private.template_problems('body_text', t, $2::jsonb) as problems from unnest($1::text[]) with ordinality as u (t, i) order by i`,
    [templates, JSON.stringify(DECLARED)],
  );
  const failed: string[] = [];
  let taken = 0;
  for (const [index, text] of templates.entries()) {
    if (verdicts[index]?.problems.length !== 0) continue;
    taken++;
    try {
      renderer.render({ locale: 'en', subject: '', bodyText: text, bodyHtml: text }, VALUES);
    } catch (error) {
      failed.push(`${text}  ->  ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  expect(failed).toEqual([]);
  expect(taken).toBeGreaterThan(80);
});

test('both know the same filters', async () => {
  const rows = await database.query<{ name: string }>(
    'select f as name from unnest(ai_private.template_filters()) as f order by f collate "C"',
  );
  for (const { name } of rows)
    expect(() =>
      renderer.render({ locale: 'en', subject: '', bodyText: `{{ "2" | ${name}: "2" }}`, bodyHtml: null }, {}),
    ).not.toThrow(/undefined filter/);
});
