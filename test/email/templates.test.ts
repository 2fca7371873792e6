import { describe, expect, test } from 'vitest';
import { useDatabase } from '../support/database.ts';
import { refusal } from '../support/mutation.ts';

const database = useDatabase();

interface Template {
  readonly name: string;
  readonly locale?: string;
  readonly subject?: string;
  readonly text?: string;
  readonly html?: string | null;
  readonly variables?: unknown;
}

const insert = (template: Template) =>
  database.query(
    `insert into ai.email_templates (name, locale, subject, body_text, body_html, variables) values ($1, $2, $3, $4, $5, $6)`,
    [
      template.name,
      template.locale ?? 'en',
      template.subject ?? 'Hello',
      template.text ?? 'Hello',
      template.html ?? null,
      JSON.stringify(template.variables ?? VARIABLES),
    ],
  );

const VARIABLES = {
  name: { type: 'string' },
  total: { type: 'number', default: 0 },
  paid: { type: 'boolean', default: false },
  note: { type: ['string', 'null'], default: null },
  lines: {
    type: 'array',
    default: [],
    items: { type: 'object', properties: { product: { type: 'string' }, tags: { type: 'array' } } },
  },
  extra: { default: null },
};

describe('a template in order is taken', () => {
  test.each([
    '{{ name }}',
    '{{name}} and {{- total | round: 2 | plus: 1 -}}',
    '{{ "literal" | append: name, }}'.replace(', }}', ' }}'),
    '{{ name | truncate: 20, "…" }}',
    '{% if paid %}paid{% elsif total > 100 and name contains "x" %}much{% else %}little{% endif %}',
    '{%- unless note == nil -%}{{ note | default: "none" | newline_to_br }}{%- endunless -%}',
    '{% for line in lines %}{{ forloop.index }}. {{ line.product }} {{ line.tags[0].anything }}{% endfor %}',
    '{% for line in lines limit: 3 %}{{ line.product }}{% endfor %}{{ lines.size }} {{ lines[0].product }} {{ lines.first.product }}',
    '{% case name %}{% when "a", "b" %}1{% when "c" %}2{% else %}3{% endcase %}',
    '{% assign who = name | upcase %}{{ who }}{% assign all = lines %}{{ all.size }}',
    '{% comment %} {{ nothing }} {% if %} {% endcomment %}',
    '{{ extra.anything.at[0].all }}',
    'no braces, but } and { and % and }} and %}',
  ])('%s', async (text) => {
    await insert({ name: 'good', text, html: `<p title="x">${text}</p>` });
    await database.query(`delete from ai.email_templates where name = 'good'`);
  });
});

describe('a mistake in a template is refused, with its place and what to write instead', () => {
  test.each<[text: string, reason: string]>([
    ['{{ nam }}', 'body_text, line 1: "nam" is not a variable here; did you mean "name"?'],
    ['first\nsecond {{ name.first_name }}', 'line 2: "name.first_name" leads to nothing: name has no such part'],
    ['{{ lines[0].prodct }}', '"lines[0].prodct" leads to nothing'],
    ['{{ lines }}', '"lines" is an array'],
    ['{{ name | shout }}', 'there is no filter "shout"; use one of: abs,'],
    ['{{ name | upcas }}', 'there is no filter "upcas"; did you mean "upcase"?'],
    ['{{ whatever }}', '"whatever" is not a variable here; use one of: extra, lines, name, note, paid, total'],
    ['{% for line in lines %}{{ lnie }}{% endfor %}', '"lnie" is not a variable here; did you mean "line"?'],
    ['{{ name | }}', 'a filter is missing'],
    ['{{ name | append: nam }}', '"nam" is not a variable'],
    ['{{ name | append: }}', 'a value is missing'],
    ['{{ name total }}', '"total" is not expected after the value'],
    ['{{ name.constructor }}', '"name.constructor" leads to nothing'],
    ['{{ }}', 'a value is missing'],
    ['{{ name', '"name" has no end'],
    ['{% if paid', '"if paid" has no end'],
    ['{{ name {{ total }}', 'has no end'],
    ['{% if paid %}', '"if" is not ended: "endif" is missing'],
    ['{% endif %}', '"endif" ends nothing'],
    ['{% if paid %}{% for l in lines %}{% endif %}{% endfor %}', '"endif" stands where "endfor" should'],
    ['{% if nobody == 1 %}{% endif %}', '"nobody" is not a variable'],
    ['{% if paid = true %}{% endif %}', '"=" is not expected in a condition'],
    ['{% if paid and %}{% endif %}', 'a value is missing'],
    ['{% if %}{% endif %}', 'a value is missing'],
    ['{% if (paid) %}{% endif %}', '"if (paid)" is not understood'],
    ['{% else %}', '"else" stands outside'],
    ['{% elsif paid %}', '"elsif" stands outside'],
    ['{% for line of lines %}{% endfor %}', '"for" is written: for item in items'],
    ['{% for c in name %}{% endfor %}', '"name" is no array'],
    ['{% for l in lines reversed %}{% endfor %}', '"reversed" is not expected'],
    ['{% for l in lines %}{% endfor %}{{ l.product }}', '"l" is not a variable'],
    ['{{ forloop.index }}', '"forloop" is not a variable'],
    ['{% when 1 %}', '"when" stands outside'],
    ['{% case name %}{% when %}{% endcase %}', 'a value is missing'],
    ['{% assign 1 = name %}', '"assign" is written'],
    ['{% include "/etc/passwd" %}', 'there is no tag "include"; there are: if,'],
    ['{% render name %}', 'there is no tag "render"'],
    ['{% raw %}{{ name }}{% endraw %}', 'there is no tag "raw"'],
    ['{% liquid echo name %}', 'there is no tag "liquid"'],
    ['{% %}', 'there is no tag ""'],
  ])('%s', async (text, reason) => {
    const { code, message } = await refusal(insert({ name: 'bad', text }));
    expect(code).toBe('PI410');
    expect(message).toContain(reason);
  });

  test.each([
    ['<a href={{ name }}>', 'a value of an attribute needs quotes; "{{ name }}"'],
    ['<SCRIPT>var a = "{{ name }}"</SCRIPT>', 'scripts do nothing in mails'],
  ])('in HTML: %s', async (html, reason) => {
    expect(await refusal(insert({ name: 'bad', html }))).toMatchObject({
      code: 'PI410',
      message: expect.stringContaining(reason),
    });
  });

  test('a subject of two lines', async () => {
    const { message } = await refusal(insert({ name: 'bad', subject: 'Hello\r\nBcc: everybody@example.com' }));
    expect(message).toContain('a subject is one line');
  });

  test('all at once, as text and as JSON; nothing is kept', async () => {
    const { code, message, errors } = await refusal(
      insert({ name: 'bad', subject: '{{ a }}', text: '{{ b }}{{ c }}', html: '{{ d }}' }),
    );
    expect(code).toBe('PI410');
    expect(message).toContain('the template bad (en) has 4 mistake(s)');
    expect(errors[0]).toMatchObject({ path: 'subject, line 1', reason: '"a" is not a variable here' });
    expect(await database.query(`select from ai.email_templates where name = 'bad'`)).toEqual([]);
  });

  test.each<[unknown, string]>([
    [[], 'variables: not an object'],
    [{ 'a-b': { type: 'string' } }, 'variables.a-b: cannot be the name of a variable'],
    [{ forloop: {} }, 'variables.forloop: cannot be the name of a variable'],
    [{ a: 'string' }, 'variables.a: not an object; write {"type": "string"}'],
    [{ a: { typ: 'string' } }, 'variables.a.typ: unknown word; the words are: type,'],
    [{ a: { type: 'text' } }, 'variables.a.type: the types are: string,'],
    [{ a: { type: ['string', 'text'] } }, 'variables.a.type: the types are: string,'],
    [{ a: { type: 'string', format: 'phone' } }, 'variables.a.format: the formats are:'],
    [{ a: { type: 'string', maxLength: '3' } }, 'variables.a.maxLength: not a number'],
    [{ a: { type: 'string', default: 3 } }, 'variables.a.default: the default is not what the schema asks for'],
    [{ a: { type: 'array', items: { properties: { b: { typ: 1 } } } } }, 'variables.a.items.properties.b.typ: unknown'],
  ])('in the variables: %j', async (variables, reason) => {
    expect(await refusal(insert({ name: 'bad', variables }))).toMatchObject({
      code: 'PI410',
      message: expect.stringContaining(reason),
    });
  });

  test('names and locales, too', async () => {
    expect(
      (
        await refusal(
          database.query(
            `insert into ai.email_templates (name, locale, subject, body_text) values ('T', 'EN', 'x', 'x')`,
          ),
        )
      ).message,
    ).toBe(
      [
        'the template T (EN) has 2 mistake(s):',
        'name: not a name for a template; small letters, digits and _ . -',
        'locale: not a language tag; en, vi, vi-VN',
      ].join('\n  '),
    );
  });

  test('nulls, too', async () => {
    expect(
      (
        await refusal(
          database.query(
            `insert into ai.email_templates (name, subject, body_text, variables) values (null, null, 'x', null)`,
          ),
        )
      ).message,
    ).toBe(
      [
        'the template  (en) has 3 mistake(s):',
        'name: null; it has to be given',
        'subject: null; it has to be given',
        'variables: null; leave the column out to take its default',
      ].join('\n  '),
    );
  });

  test('by UPDATE as well', async () => {
    await insert({ name: 'kept' });
    const { code } = await refusal(
      database.query(`update ai.email_templates set body_text = '{{ x }}' where name = 'kept'`),
    );
    expect(code).toBe('PI410');
  });
});

test('all locales of a template declare the same variables', async () => {
  await insert({ name: 'two', locale: 'en', text: '{{ name }}' });
  await insert({ name: 'two', locale: 'vi', text: 'Chào {{ name }}' });
  const other = { other: { type: 'string' } };
  expect(await refusal(insert({ name: 'two', locale: 'fr', variables: other }))).toMatchObject({
    code: 'PI410',
    message: 'the locales of the template two (en, fr, vi) declare different variables',
  });
  await database.query(
    `update ai.email_templates set variables = variables || '{"more": {"default": 1}}' where name = 'two'`,
  );
});

test('a template in use is not deleted, renamed or changed so that its users do not fit any more', async () => {
  await insert({ name: 'used', locale: 'en', text: '{{ name }}' });
  await insert({ name: 'used', locale: 'vi', text: '{{ name }}' });
  await database.query(
    `insert into ai.subscriptions (name, topics, delivery, settings)
     values ('mails', '{a.b}', 'email', '{"template": "used", "to": "lan@example.com", "variables": {"name": "$.payload.name"}}')`,
  );
  await database.query(`delete from ai.email_templates where name = 'used' and locale = 'vi'`);
  const gone = 'the subscription mails: settings.template: there is no email template "used"';
  for (const [sql, reason] of [
    [`delete from ai.email_templates where name = 'used'`, gone],
    [`update ai.email_templates set name = 'used2' where name = 'used'`, gone],
    [
      `update ai.email_templates set variables = variables || '{"more": {"type": "string"}}' where name = 'used'`,
      'the subscription mails: settings.variables.more: the template needs it',
    ],
  ] as const)
    expect(await refusal(database.query(sql))).toMatchObject({
      code: 'PI414',
      message: `the email template used is in use:\n  ${reason}`,
      hint: expect.stringContaining('Change or delete those first'),
    });
  await database.query(
    `update ai.email_templates set variables = variables || '{"more": {"default": 1}}' where name = 'used'`,
  );
  await database.query(`delete from ai.subscriptions where name = 'mails'`);
  await database.query(
    `insert into ai.meta_actions (action_name, steps, roles) values ('greet', '[{"send_email": "used", "to": "lan@example.com", "variables": {"name": "Lan"}}]', '{ai_user}')`,
  );
  expect(await refusal(database.query(`delete from ai.email_templates where name = 'used'`))).toMatchObject({
    code: 'PI414',
    message: 'the email template used is in use:\n  the action greet',
  });
  await database.query(`delete from ai.meta_actions where action_name = 'greet'`);
  await database.query(`delete from ai.email_templates where name = 'used'`);
});

test.each([
  ['vi-VN', 'vi-VN'],
  ['vi_VN', 'vi-VN'],
  ['vi-vn-x-north', 'vi-VN'],
  ['vi-US', 'vi'],
  ['vi', 'vi'],
  ['en-GB', 'en'],
  ['v', 'en'],
  ['fr', 'en'],
  [null, 'en'],
])('a reader of %s gets %s', async (wanted, expected) => {
  await database.query(`delete from ai.email_templates where name = 'chosen'`);
  for (const locale of ['de', 'en', 'vi', 'vi-VN']) await insert({ name: 'chosen', locale });
  const chosen = () => database.query(`select locale from ai_private.email_template('chosen', $1)`, [wanted]);
  expect(await chosen()).toEqual([{ locale: expected }]);
  await database.query(`delete from ai.email_templates where name = 'chosen' and locale in ('en', 'vi', 'vi-VN')`);
  expect(await chosen()).toEqual([{ locale: 'de' }]);
});

describe('ai.send_email', () => {
  const send = async (...args: unknown[]) =>
    (await database.query<{ id: string }>('select ai.send_email($1, $2, $3, $4) as id', args))[0]?.id;

  test('writes an event, and nothing where the transaction is rolled back', async () => {
    await insert({ name: 'welcome', text: '{{ name }} {{ total }}' });
    const id = await send('welcome', 'lan@example.com', '{"name": "Lan"}', 'vi');
    expect(
      await database.query(`select topic, entity, operation, payload from ai.event_log where id = $1`, [id]),
    ).toEqual([
      {
        topic: 'ai.email.send',
        entity: 'ai.email',
        operation: 'send',
        payload: { template: 'welcome', to: 'lan@example.com', variables: { name: 'Lan' }, locale: 'vi' },
      },
    ]);
    const client = await database.client();
    await client.query('begin');
    const { rows } = await client.query(`select ai.send_email('welcome', 'lan@example.com', '{"name": "Lan"}') as id`);
    await client.query('rollback');
    expect(await database.query('select from ai.event_log where id = $1', [rows[0].id])).toEqual([]);
  });

  test('refuses what could not be sent', async () => {
    expect(await refusal(send('welcom', 'a@x', '{}', null))).toMatchObject({
      code: 'PI411',
      everything: expect.stringMatching(/There are: .*welcome/),
    });
    expect(
      await refusal(send('welcome', 'a@x', '{"nam": 1, "total": "much", "lines": [{"product": 3}]}', null)),
    ).toMatchObject({
      code: 'PI412',
      message:
        'the variables of the email template welcome are wrong: nam is not an input here (inputs: extra, lines, name, note, paid, total); lines[0].product must be of type string; name is missing; total must be of type number',
    });
    for (const recipient of [
      'nobody',
      'a@b, c@d',
      'a@b\r\nBcc: c@d',
      'Lan <a@b>',
      'a@b ',
      'a b@c',
      '@b',
      'a@',
      '"a"@b',
      '',
      null,
      `${'a'.repeat(250)}@example.com`,
    ])
      expect((await refusal(send('welcome', recipient, '{"name": "x"}', null))).code, String(recipient)).toBe('PI413');
  });

  test.each<[unknown, unknown, string | null]>([
    [{ type: 'integer' }, 2.0, null],
    [{ type: 'integer' }, 2.5, 'type'],
    [{ type: ['string', 'null'] }, null, null],
    [{ type: 'string' }, null, 'type'],
    [{ enum: ['a', 'b'] }, 'c', 'enum'],
    [{ enum: ['a', 'b'] }, 'b', null],
    [{ minLength: 2 }, 'ê', 'minLength'],
    [{ maxLength: 2 }, 'êêê', 'maxLength'],
    [{ minimum: 2 }, 1, 'minimum'],
    [{ maximum: 2 }, 3, 'maximum'],
    [{ format: 'uri' }, 'https://example.com/a?b=c', null],
    [{ format: 'uri' }, 'javascript:alert(1)', 'format'],
    [{ format: 'uri' }, 'https://a" onclick="x', 'format'],
    [{ format: 'email' }, 'lan@example.com', null],
    [{ format: 'email' }, 'lan', 'format'],
    [{ format: 'date' }, '2026-01-05', null],
    [{ format: 'date-time' }, '2026-01-05', 'format'],
    [{ format: 'uuid' }, 'x', 'format'],
    [{ type: 'object', required: ['a'] }, {}, 'required'],
    [{ type: 'object', properties: { a: { type: 'string' } } }, { a: 1 }, 'type'],
    [{ type: 'array', items: { type: 'string' } }, ['a', 1], 'type'],
  ])('holds variables to their schema: %j takes %j: %s', async (schema, value, code) => {
    const [row] = await database.query<{ errors: { code: string }[] }>(
      'select errors from ai_private.email_variables($1, $2)',
      [JSON.stringify({ v: schema }), JSON.stringify({ v: value })],
    );
    expect(row?.errors.map((error) => error.code)).toEqual(code === null ? [] : [code]);
  });

  test('is for ai_admin and for what runs as ai_owner', async () => {
    const [row] = await database.query(
      `select has_function_privilege('ai_user', f, 'execute') as u, has_function_privilege('ai_worker', f, 'execute') as w,
              has_function_privilege('ai_admin', f, 'execute') as a, has_function_privilege('ai_owner', f, 'execute') as o
         from (select 'ai.send_email(text, text, jsonb, text)'::regprocedure as f) as x`,
    );
    expect(row).toEqual({ u: false, w: false, a: true, o: true });
  });
});
