import { fieldRules } from '../compiler/grammar.ts';
import { HANDLING_WORDS, POLICY_KINDS } from '../compiler/policy/definitions.ts';
import { policiesInComment } from '../compiler/policy/grammar.ts';
import { LEVELS } from '../compiler/policy/judged.ts';
import { rowsOf, schemaOf } from './declarations.ts';
import { code, generated, table } from './markdown.ts';

const INTRODUCTION = `# Policies

Security as rows: who may call, which rows they reach, how often, what inputs must be, and what becomes of them. A policy is a row of \`ai.policies\`, or stands in a table's comment; it takes effect in the statement that writes
it, and is refused there with everything that is wrong with it. All policies of an operation must hold. They take away and never give: an operation that is not declared
does not exist, and who has no right to call it is refused before any policy is looked at.

\`\`\`sql
insert into ai.policies (name, relation, kind, definition)
values ('own_orders', 'orders', 'access', '{"filter": "row.customer = actor"}');

insert into ai.policies (name, relation, operation, kind, definition)
values ('large_refunds', 'refunds', 'create', 'access', '{"check": "inputs.amount <= 100 or actor = ''boss''", "message": "ask the boss"}');
\`\`\`

The same in the comment, for the table or for one operation:

\`\`\`json
{ "operations": { "create": { "policies": { "access": { "check": "inputs.amount <= 100" } } }, "fetch": true },
  "policies": { "access": { "filter": "row.customer = actor" } } }
\`\`\`

| column | |
| --- | --- |
| \`name\` | unique; lower-case letters, digits and \`_\`. Errors name it |
| \`action\` | in place of a table: an action; see [actions](actions.md#policies) |
| \`relation\` | the table (\`regclass\`: a condition says \`where relation = 'orders'::regclass\`); null: every table that declares operations |
| \`operation\` | \`create\`, \`update\`, \`delete\`, \`upsert\` or \`fetch\`; null: every operation |
| \`kind\` | ${Object.keys(POLICY_KINDS).map(code).join(', ')} |
| \`position\` | policies are told and judged in this order (default 100), then by name |
| \`enabled\` | false: as if the row were not there |
| \`definition\` | see below; [schema/policy.json](schema/policy.json) for editors |
| \`description\` | for people |

\`ai.describe\` lists the policies of an operation, \`ai.explain_mutation\` tells of each whether a call passed it. Policies in comments are named after their table or operation.`;

const EXPRESSIONS = `### Expressions

SQL that is true or false. Null counts as false. Three names have a meaning:

| name | is |
| --- | --- |
| \`row.<column>\` | a column of the row: in \`filter\` as it is, in \`check\` as it was written |
| \`inputs.<input>\` | an input, with its column's type; null where it is absent. Each operation that the policy is for must have it: where only some do, write a policy for each of these (\`operation\`). \`inputs\` alone is the JSON of the call: \`inputs ? 'email'\` |
| \`actor\` | who acts, as the audit trail has it (text) |

- **When it is judged.** \`roles\`, and a \`check\` that names neither \`inputs\` nor \`row\`: before anything else. A \`check\` about \`inputs\`: when the inputs have been found right and hooks have changed them,
  before the statement. \`filter\`: as part of the statement's WHERE, so that indexes serve it. A \`check\` about \`row\`: by the statement itself, about the row as it was written, triggers included.
- **A \`filter\` hides rows**: \`fetch\` answers null, \`update\` and \`delete\` raise \`PI103\`, as if the row were not there. An \`upsert\` whose row is hidden is refused (\`PI201\`). Where no \`check\` is about \`row\`,
  rows must pass the \`filter\` as they are written too, as with row-level security.
- **A refused call** raises \`PI200\`, a refused row \`PI201\`; DETAIL names the policy and its stage (\`gate\`, \`call\`, \`row\`).
- **Functions** must be stable or immutable; those outside of \`pg_catalog\` need their schema. **Tables in subqueries** need their schema too, and rights that their owner has given to \`ai_owner\`:
  \`grant select on shop.member to ai_owner\`. A policy that stands and whose function or table is dropped afterwards makes its calls fail, not pass.
- \`roles\` and \`pg_has_role\` are about the login, or the role that was SET; \`current_user\` is \`ai_owner\` and gives a warning. With \`"security": "invoker"\` it is the caller.
- An expression is read token by token before PostgreSQL sees it. \`;\`, comments, \`$1\`, \`INTO\` and brackets that do not match are refused, as are functions with effects: it is no way to run statements.
- Sets of calls (\`ai.generate_mutations\`) stay one statement under access policies; who breaks one is found as any other wrong row is.`;

const ROW_SECURITY = `### Row-level security

Access policies are about operations. For those who use the table directly (a report, an admin's psql) \`"row_level_security": true\` asks for the same as PostgreSQL's own:

\`\`\`sql
select * from ai.row_level_security('orders');          -- shows the statements
select * from ai.row_level_security('orders', true);    -- runs them, as the table's owner
\`\`\`

They are restrictive policies, which only take away. A table that has no permissive policy of its own gets one that lets everybody pass below them, because without any nobody would. Nothing is done without
being asked: after a change, call it again. The table's owner and superusers are not bound by row-level security. \`inputs\` mean nothing there and are refused.`;

const RATES = `\`10/min\`, \`5/10 min\`, \`100/hour\`, \`1000/day\`: a number of calls, and a time in \`s\`, \`min\`, \`hour\` or \`day\`. What one policy covers (several operations, several tables) is counted together.
A call too many raises \`PI210\` before anything else is looked at; DETAIL has \`retry_after\` in seconds. In a \`key\`, \`inputs.<input>\` is the text that came, not yet checked.

### Counting

**By default only calls count that are kept.** What ends in an error, is rolled back or is a dry run gives its place back; the repetition of an idempotent call takes none. Precisely: of the calls that one key has made, no more
than the limit have begun in any period of that length, however many callers there are. Two calls with the same key wait for one another until the first one's transaction ends; calls with different keys do not wait. Up to a limit of 100 a call is
refused only when it must be; above, it may be refused too early by the time that a hundredth of the limit takes. Under REPEATABLE READ a call that meets another of the same key gets \`40001\` and has to be repeated.

**With \`"count_refused": true\` every call counts**: those that end in an error, that are rolled back, and dry runs, which would tell a guesser as much. (Calls that the limit itself refuses do not.) What a refused
call wrote is taken back, so these counters are sequences, which PostgreSQL never takes back, and they hold one number: the time from which a key owes nothing. Precisely: a key may make all its calls
at once, and gets one back in each \`period / limit\`, so never more than twice the limit in any period. There are 512 such counters in a database; where more than some hundred keys are in debt at once,
some share the debt of another: a limit becomes stricter then, never looser. Callers do not wait for one another's transactions. An operation with such a limit has no set-based form.

Counters are not in the write-ahead log: after a crash limits begin anew. A limit that is changed begins anew. \`ai.prune\` forgets keys that owe nothing. A set of calls counts each row.`;

const inputs = (): string => `## Inputs

\`"kind": "input"\` adds rules to fields, in the words of a [declaration](declarations.md#rules-for-fields): \`{"fields": {"email": {"format": "email", "deny": ["*@mailinator.com"]}}}\`. Where the
comment or another policy says the same word, the stricter holds: the larger minimum, the smaller maximum, the higher level, the values that are in both lists. What cannot be put into one (two patterns, two formats) is refused.
Errors are told together with all others of the call (\`PI100\`). A policy for every table is about the fields that a table has.

\`allow\` and \`deny\` are lists of texts in which \`*\` stands for any characters; upper and lower case are the same. A text must fit one of \`allow\` and none of \`deny\`.

### Passwords

${table(
  ['complexity', 'characters', 'kinds of characters', 'besides'],
  Object.entries(LEVELS).map(([level, { characters, kinds, runs }]) => [
    code(level),
    `${characters} or more`,
    kinds === 1 ? 'any' : kinds === 4 ? 'all four' : `${kinds} of four`,
    runs ? '' : 'no character three times in a row',
  ]),
)}

The kinds: \`a\` to \`z\`; \`A\` to \`Z\`; \`0\` to \`9\`; any other (a space, a sign, a letter with an accent or of another script). This says nothing about words that everybody uses: put those into \`deny\`.`;

const HANDLING = `\`"kind": "data"\` says what becomes of a field's value, in every operation alike: \`{"fields": {"password": {"hash": "bcrypt"}, "phone": {"mask": "phone"}}}\`. The same words may stand in
a declaration's \`fields\` and in a column's comment.`;

const HASHES = `- **\`hash\`** takes pgcrypto, in whatever schema; without it the declaration is refused. The value is judged as it came (length, complexity, at most 72 bytes, which is what bcrypt reads), then hashed, then
  written: \`crypt(value, gen_salt('bf', cost))\`, cost 10 unless said otherwise. Each step of the cost doubles the time. The field counts as protected: not returned, not audited, not in events. It is in PostgreSQL's
  own log where statements are logged. Post hooks do not see it; pre hooks see what came. CHECK constraints judge the hash. To compare: \`password = crypt($1, password)\`. Operations that hash have no set-based form.
- **\`mask\`** shows the beginning and the end of a text, with \`***\` between: in answers (of sets, dry runs and repeated idempotent calls too), in \`ai.explain_mutation\` and in \`ai.history\`. Whoever has one of the roles in
  \`clear_for\` sees it whole. Where fewer than three characters would be hidden, all are. The table, the audit trail and events hold the value as it is: what \`ai_admin\` reads there directly is not masked. Masking
  is part of the answer's expression; the table is not looked at a second time.
- **\`"returned": false\`** keeps a field out of answers, **\`"audited": false\`** out of the audit trail and of events. \`"protected": true\` does both.

${table(
  ['mask', 'shows', 'example'],
  [
    ['`"phone"`', 'three characters at each end', '`+84***567`'],
    ['`"email"`', 'the first character, and the domain', '`l***@shop.example`'],
    ['`"card"`', 'the last four', '`***1234`'],
    ['`"name"`', 'the first', '`L***`'],
    ['`"all"`', 'nothing', '`***`'],
  ],
)}`;

const CONTRADICTIONS = `## What is refused when it is written

- what is no boolean expression, has effects, or names a column, input or role that is not there;
- what can never be true, by itself or with the table's CHECKs, as far as PostgreSQL's planner sees it; and policies that contradict one another, so that no row or no call could pass all of them;
- rules for inputs that no value passes: a minimum above the maximum, \`allow\` that \`deny\` takes back or of which nothing is short or long enough, lists without a common value, a level of passwords that does not fit the column;
- handling that makes no sense together: a mask for what is never returned, a hash or an encrypted field that is unique or a key, a key that is not there, a field that two policies handle differently.

Told as warnings, because they may come true: roles that nobody has together with those that the operation is for, a policy for an operation that the table does not declare, and a rate limit
that never refuses because another one does before.

A row is refused for what it puts out of force itself. A table or an action that did not fit before, whatever the reason, keeps nobody from writing, disabling or deleting a policy for all tables: it stays out of
force, or goes out of force with a warning, until it is mended.`;

const ENCRYPTION = `### Encryption

\`\`\`sql
select ai.add_encryption_key('pii', '<output of: openssl rand -hex 32>');   -- returns the key's id

comment on column customer.phone is '{"encrypt": "pii", "mask": {"as": "phone", "clear_for": ["support"]}}';

select ai.add_encryption_key('pii', '<another secret>');                    -- new values are encrypted with this one
select ai.rotate_encryption('customer', 'phone', batch => 1000);            -- old ones too, 1,000 with each call, until "done"
\`\`\`

- **Which columns**: \`text\`, or \`varchar\` without a length. The value is judged as it came, by rules and by policies about inputs, then encrypted, then written. A unique index, a foreign key, a condition
  about \`row.phone\`, a rate limit counted by \`inputs.phone\`, a step of an action that finds, sorts or reads by it, \`"security": "invoker"\` and a key that is not there are refused when they are written. CHECK
  constraints judge the ciphertext; \`check (phone like 'ai1.%')\` keeps clear text out whoever writes.
- **Who sees it** is said by \`mask\`: without one the field is \`***\` to everybody. \`clear_for\` names the roles that see it whole, \`["ai_user"]\` everybody who may call. It is decrypted only where something of it is shown.
- **Where it is not**: in the audit trail and in events (as with \`"audited": false\`), in answers that are kept for idempotency keys (they are encrypted there), in error messages. Pre hooks see the inputs as they came; post
  hooks, triggers and actions that read the table by SQL see what is stored. What acts after commit has no such field in its event, and fetches it by an operation where it needs it. What the audit trail and events have recorded
  before the column was encrypted stays there in the clear. What logs statements (PostgreSQL's log, \`pg_stat_activity\`) sees the call as it was sent.
- **Form**: \`ai1.<key id>.<base64>\`: AES-256 in CBC mode under a random vector, then HMAC-SHA-256 over version, key id, vector and ciphertext, under a second key; pgcrypto does both. A value that was altered, cut off or moved
  under another id is refused (\`PI221\`), not shown. The seal is not about the row: whoever may write the table can put one customer's ciphertext into another's row. Not \`pgp_sym_encrypt\`: that stretches the
  password for each value, which costs every read and which a random key does not need, and its reader takes messages without their integrity check. The length of a value can be told to 16 bytes.
- **Keys.** The id is made of name and secret, so the same secret is the same key in any database. Old keys stay for what they have written; \`ai.drop_encryption_key(id)\` forgets one that nothing bears any more.
  \`ai.encryption_keys\` lists them without what is secret. The database keeps two keys derived from the secret, which only \`ai_owner\` and superusers read; **keep the secret elsewhere**, without it a restored dump cannot be read.
- **A key that the database does not keep**: \`ai.add_encryption_key('pii', '<secret>', setting => 'shop.pii_key')\` keeps the id alone. The secret must be in that setting whenever a value is written or shown:
  \`select set_config('shop.pii_key', '…', true)\` at the beginning of a transaction, from the application's own store of secrets; or from \`postgresql.conf\`, with the caveat that every session can then read the setting. A setting
  that is empty or holds another secret makes calls fail (\`PI220\`). A file or a key service is read by the application, not by the database: \`ai_owner\` may read no files.
- **Rotation** updates the table in place, with the rights of whoever calls (its owner): rows that are current are left alone, rows that others have locked are left for the next call, nobody waits for more than one batch. What was
  written in the clear before the column was encrypted is shown as it is until then, and encrypted then. Triggers of the table fire; \`xmin\` as a version changes. Calls that had begun before the new key was
  added may still write the old one: call once more when they have ended.
- **Dumps.** Where pg_ai is an extension, pg_dump leaves keys out: ciphertext without its key. Installed by \`pg-ai install\` its tables are tables like any others, and a dump has the keys, unless
  \`--exclude-table-data=ai_private.encryption_key\` is given or they are in a setting; \`ai.add_encryption_key\` warns. After a restore without keys, add them again.
- **What it protects from**: readers of the table, of logical dumps without keys, of event streams and audit trails. With the key in a setting also whoever gets hold of the data folder, a base backup or a replica. **Not** from
  a superuser, from \`ai_admin\` (who can write code that runs as \`ai_owner\`), or from who may call the operations and sees it anyway. A base backup or a replica of a database that keeps its keys has them.`;

export const policiesPage = (): string =>
  `${[
    generated('src/compiler/policy/grammar.ts and src/docs/policies.ts'),
    INTRODUCTION,
    '## Access',
    table(['key', 'value', 'meaning'], rowsOf(schemaOf(POLICY_KINDS.access))),
    EXPRESSIONS,
    ROW_SECURITY,
    '## Rate limits',
    table(['key', 'value', 'meaning'], rowsOf(schemaOf(POLICY_KINDS.rate_limit))),
    RATES,
    inputs(),
    '## Limits',
    'What a call may cost; how each is held, and what it does not hold, is told in [metrics](metrics.md#limits). Of several policies the tightest holds.',
    table(['key', 'value', 'meaning'], rowsOf(schemaOf(POLICY_KINDS.limit))),
    '## What becomes of values',
    HANDLING,
    table(
      ['word', 'value', 'meaning'],
      rowsOf(schemaOf(fieldRules)).filter(([word]) => HANDLING_WORDS.some((known) => word === code(known))),
    ),
    HASHES,
    ENCRYPTION,
    CONTRADICTIONS,
    '## In comments',
    'Under `policies` of the table or of an operation:',
    table(
      ['key', 'value', 'meaning'],
      rowsOf(schemaOf(policiesInComment)).filter(([key]) => key !== '`limit`'),
    ),
  ].join('\n\n')}\n`;
