import { randomBytes } from 'node:crypto';
import { type Play, type Row, readJson } from '../play.ts';
import * as screen from '../screen.ts';

const TABLE = `create table shop.members (
  id uuid primary key default gen_random_uuid(),
  email text not null unique, name text not null,
  password text not null, phone text)`;

const DECLARATION = `comment on table shop.members is '{
  "operations": {
    "create": { "required": ["email", "name", "password"], "optional": ["phone"] },
    "fetch":  { "key": ["email"] }
  },
  "fields": {
    "email":    { "format": "email", "deny": ["*@mailinator.com"] },
    "password": { "complexity": "medium",
                  "hash": { "algorithm": "bcrypt", "cost": 6 } },
    "phone":    { "format": "phone", "encrypt": "members",
                  "mask": { "as": "phone", "clear_for": ["shop_manager"] } }
  },
  "policies": { "access": { "check": "inputs.email not like ''%@shop.example''",
                            "message": "staff have accounts already" } }
}'`;

const LIMIT = `insert into ai.policies (name, relation, operation, kind, definition)
values ('signups', 'shop.members', 'create', 'rate_limit', '{"limit": "2/min", "per": "actor"}')`;

const IN_JAVASCRIPT = `insert into ai.hooks
  (name, relation, operation, phase, settings, language, code)
values ('normalise', 'shop.members', 'create', 'pre', '{"before_validation": true}',
  'javascript', $$
  const { email, name, phone } = ctx.inputs;
  if (/[<>]/.test(name)) throw new Refusal('PI350', 'a name is no HTML', { name });
  return { inputs: {
    email: email.trim().toLowerCase(),
    name: name.normalize('NFC').replace(/\\s+/g, ' ').trim(),
    phone: phone?.replace(/[^+0-9]/g, '').replace(/^0/, '+84') } };
$$)`;

const IN_PLPGSQL = `insert into ai.hooks
  (name, relation, operation, phase, settings, language, code)
values ('normalise', 'shop.members', 'create', 'pre', '{"before_validation": true}',
  'plpgsql', $$
begin
  if ctx #>> '{inputs,name}' ~ '[<>]' then
    raise exception using errcode = 'PI350', message = 'a name is no HTML';
  end if;
  return jsonb_build_object('inputs', jsonb_strip_nulls(jsonb_build_object(
    'email', lower(btrim(ctx #>> '{inputs,email}')),
    'name', regexp_replace(btrim(ctx #>> '{inputs,name}'), '\\s+', ' ', 'g'),
    'phone', regexp_replace(regexp_replace(
      ctx #>> '{inputs,phone}', '[^+0-9]', '', 'g'), '^0', '+84'))));
end
$$)`;

const ACTION = `insert into ai.meta_actions (action_name, input_schema, preconditions, steps) values
('sign_up',
 '{ "properties": { "email": {"type": "string"}, "name": {"type": "string"},
      "password": {"type": "string", "protected": true}, "phone": {"type": "string"},
      "terms": {"type": "boolean", "default": false} },
    "required": ["email", "name", "password"] }',
 '[{ "expression": ":terms", "code": "terms",
     "message": "the terms have to be accepted" }]',
 '[{ "create": "shop.members", "values": { "email": "$email", "name": "$name",
     "password": "$password", "phone": "$phone" }, "as": "member" },
   { "return": "$member" }]')`;

const signUp = (inputs: Row): string =>
  `select ai.execute_action('sign_up', '${JSON.stringify(inputs, null, 1).replace(/\n\s*/g, ' ').replace(/^\{ /, '{\n  ').replace(/ \}$/, '\n}').replaceAll("'", "''").replace(', "password"', ',\n  "password"')}')`;

const MAI = {
  email: ' Mai@Example.COM ',
  name: 'Trần   Thị Mai',
  password: 'Xuan 2026 Ha Noi',
  phone: '090 123 45 67',
  terms: true,
};

/** A signup whose rules are all rows: who, how often, what, what becomes of it, and what is never kept. */
export const signUpMembers = async (play: Play): Promise<void> => {
  const { stage } = play;
  const [pgcrypto] = await play.ask(`select from pg_available_extensions where name = 'pgcrypto'`);
  if (pgcrypto === undefined) {
    screen.say('This server has no pgcrypto, which hashes passwords and encrypts columns: this scene is left out.');
    return;
  }
  await play.ask('create extension if not exists pgcrypto');
  const owner = await stage.as('shop_owner');
  const define = async (sql: string): Promise<void> => {
    screen.statement('shop_owner', sql);
    play.expect('nothing is wrong', (await stage.define(sql)).problems, []);
  };
  const key = randomBytes(32).toString('hex');
  screen.say('Members of the public sign up. The password is to be a hash, the phone number ciphertext:');
  await owner.query(TABLE);
  screen.statement('shop_owner', TABLE);
  const adding = `select ai.add_encryption_key('members', '${key}')`;
  screen.statement('shop_owner', adding.replace(key.slice(6), '…'));
  await owner.query(adding);
  await define(DECLARATION);
  await define(LIMIT);
  screen.say(
    stage.javascript === 'none'
      ? 'What people type is put in order first. There is no JavaScript language here, so this hook is PL/pgSQL:'
      : `What people type is put in order first, in JavaScript (${stage.javascript}):`,
  );
  await define(stage.javascript === 'none' ? IN_PLPGSQL : IN_JAVASCRIPT);
  screen.say('Signing up is more than a row: an action, with a condition of its own.');
  await define(ACTION);

  const clerk = await stage.as('shop_clerk');
  const actor = async (name: string): Promise<void> => {
    screen.statement('shop_clerk', `set pg_ai.actor = '${name}'`);
    await clerk.query(`set pg_ai.actor = '${name}'`);
  };
  await actor('visitor 7');
  const mai = await play.call('shop_clerk', signUp(MAI), ['email', 'name', 'phone'], false);
  play.expect(
    'the new member',
    [mai.email, mai.name, mai.phone, 'password' in mai],
    ['mai@example.com', 'Trần Thị Mai', '+84***567', false],
  );
  const look = `select ai.generate_mutation('fetch', 'shop.members', '{ "email": "mai@example.com" }')`;
  screen.say('The manager, who may call back, sees the number; the table, and whoever dumps it, does not.');
  const seen = await play.call('shop_manager', look, ['name', 'phone']);
  play.expect('the number', seen.phone, '+84901234567');
  const [stored] = await play.ask<{ password: string; phone: string; fits: boolean }>(
    'select password, phone, password = crypt($1, password) as fits from shop.members',
    [MAI.password],
  );
  screen.record({ password: `${stored?.password.slice(0, 22)}…`, phone: `${stored?.phone.slice(0, 36)}…` });
  play.expect('what is stored', [stored?.fits, /^ai1[.]/.test(stored?.phone ?? '')], [true, true]);

  await refuse(play);

  screen.say('The audit trail has the two signups and nothing else, without passwords and without numbers. The first:');
  const trail = `select operation, actor, action, new_row from ai.audit_log
where relation = 'shop.members' order by id limit 1`;
  screen.statement('shop_owner', trail);
  const { rows } = await owner.query<{ operation: string; actor: string; action: string; new_row: string }>(trail);
  play.expect(
    'its fields',
    rows.map((row) => Object.keys(readJson(row.new_row)).sort().join()),
    ['email,id,name'],
  );
  const [entries] = await play.ask<{ n: number }>(
    `select count(*)::int as n from ai.audit_log where relation = 'shop.members'`,
  );
  play.expect('one row for each', entries?.n, 2);
  screen.record({ ...rows[0] });
  const [leaks] = await play.ask<{ leaks: number }>(
    `select count(*)::int as leaks from (
       select new_row::text as text from ai.audit_log union all select payload::text from ai.event_log
       union all select to_jsonb(i)::text from ai_private.idempotency i) as t
     where text like '%Xuan 2026%' or text like '%901234567%'`,
  );
  play.expect('neither is anywhere', leaks?.leaks, 0);
  await clerk.query('reset pg_ai.actor');
};

const refuse = async (play: Play): Promise<void> => {
  screen.say('Refused, each for its own reason, and nothing of any of them is kept:');
  const other = { ...MAI, email: 'an@example.com', name: 'An' };
  const tries: readonly (readonly [string, Row, string, (readonly string[])?])[] = [
    [
      'a rule for inputs',
      { ...other, email: 'an@mailinator.com', password: 'password' },
      'PI100',
      ['email deny', 'password complexity'],
    ],
    ['an access policy', { ...other, email: 'boss@shop.example' }, 'PI200'],
    ['the hook', { ...other, name: '<b>An</b>' }, 'PI350'],
    ['the condition', { ...other, terms: false }, 'PI310'],
    ['the table itself', { ...other, email: 'MAI@example.com' }, '23505', ['email unique']],
  ];
  const rows: string[][] = [];
  for (const [what, inputs, code, errors] of tries) {
    const refusal = await play.refused(
      'shop_clerk',
      signUp(inputs),
      { code, ...(errors === undefined ? {} : { errors }) },
      { show: false },
    );
    const told = refusal.errors.length === 0 ? [refusal.message] : refusal.errors.map(({ message }) => message);
    rows.push([what, code, told.join('; ')]);
  }
  const quietly = await (await play.stage.as('shop_clerk')).query(signUp(other));
  play.expect('the second member', quietly.rowCount, 1);
  const many = await play.refused(
    'shop_clerk',
    signUp({ ...other, email: 'binh@example.com' }),
    { code: 'PI210' },
    { show: false },
  );
  rows.push([
    'the rate limit, after a second member',
    'PI210',
    `${many.message}. ${many.hint?.replace(/[0-9]+/, 'n')}`,
  ]);
  const nobody = await play.refused(
    'shop_clerk',
    `select password from shop.members`,
    { code: '42501' },
    { show: false },
  );
  rows.push(['no right on the table', '42501', nobody.message]);
  screen.table(['refused by', 'state', 'message'], rows);
};
