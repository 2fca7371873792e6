import * as z from 'zod/mini';
import { described, name, names, optional } from '../described.ts';

/**
 * The grammar of policies: what `definition` of a row of ai.policies may hold for each kind, and what stands under "policies" in a table's comment.
 * The JSON Schema in docs/schema/policy.json and the tables of docs/policies.md come from here.
 */

const expression = z.string().check(z.minLength(1));
const roles = names.check(z.minLength(1));
const message = optional(z.string().check(z.minLength(1)), 'What the caller is told in place of the standard message.');

export const access = z.strictObject({
  roles: optional(roles, 'Roles of which the caller must have one, beside what the operation’s own "roles" demand.'),
  check: optional(
    expression,
    'SQL that must be true for the call to be made. Where it names `row`, it is about the row as it is written.',
  ),
  filter: optional(
    expression,
    'SQL about `row` that must be true of a row to be reached: others are not there. Without a `check` about `row` it also holds for rows as they are written.',
  ),
  row_level_security: optional(
    z.boolean(),
    'Whether ai.row_level_security() gives the same rule as CREATE POLICY, for those who use the table directly.',
  ),
  message,
});

/** "10/min", "5/10 min", "1000/day". */
export const RATE = /^([1-9][0-9]{0,8})\/([1-9][0-9]{0,4} ?)?(s|sec|second|min|minute|h|hour|day)s?$/;
const rate = z.string().check(z.regex(RATE, 'expected a number of calls and a time: "10/min", "5/10 min", "1000/day"'));

export const PER = ['actor', 'role', 'address', 'all'] as const;

export const rateLimit = z.strictObject({
  limit: rate,
  per: optional(
    z.enum(PER),
    'Whose calls are counted together: the actor’s (default), the login or role’s, the client address’s, or everybody’s.',
  ),
  key: optional(
    expression,
    'SQL whose value says which calls are counted together, in place of `per`: "inputs.email", "actor || inputs.shop_id".',
  ),
  count_refused: optional(
    z.boolean(),
    'Whether calls count that end in an error or are taken back (default false). What that costs is told under “Counting”.',
  ),
  message,
});

export const STATEMENTS = ['select', 'insert', 'update', 'delete'] as const;
const duration = z
  .string()
  .check(
    z.regex(
      /^([0-9]+(?:\.[0-9]+)?) ?(ms|s|min|h)$/,
      'expected a time with its unit: "200 ms", "1.5 s", "5 min", "1 h"',
    ),
  );
const size = z
  .string()
  .check(z.regex(/^([0-9]+) ?(kB|MB|GB)$/, 'expected a size with its unit, kB, MB or GB: "64 MB"'));

export const limit = z.strictObject({
  max_latency: optional(duration, 'Longest time that a call may take: "200 ms", "1.5 s".'),
  max_rows: optional(
    z.int().check(z.nonnegative()),
    'Most rows that a call may insert, change or delete, triggers included.',
  ),
  statements: optional(
    z.array(z.enum(STATEMENTS)),
    'Kinds of statements that the code may execute; told from what it does, not from its text.',
  ),
  max_memory: optional(
    size,
    'Most memory that each sort and each hash of a call may use before it goes to disk: "64 MB".',
  ),
  max_error_rate: optional(
    z.number().check(z.positive(), z.lt(1)),
    'The share of calls that may fail after a change, 0.2 say. Where more do, and fewer did before, the last good revision comes back.',
  ),
  min_calls: optional(
    z.int().check(z.positive()),
    'Calls after a change before `max_error_rate` is looked at. Default 20.',
  ),
  watch: optional(duration, 'How long after a change `max_error_rate` is looked at. Default "1 h".'),
});

/** What may stand under "policies" of a table or an operation. */
export const policiesInComment = z.strictObject({
  access: optional(access, 'Who may call, and which rows they reach.'),
  rate_limit: optional(z.union([rate, rateLimit]), 'How often: "10/min" for each actor, or an object.'),
  limit: optional(limit, 'What a call may cost at most.'),
});

export const HASHES = ['bcrypt'] as const;
export const MASKS = ['phone', 'email', 'card', 'name', 'all'] as const;
export const COMPLEXITIES = ['low', 'medium', 'high'] as const;

const keyName = z
  .string()
  .check(z.regex(/^[a-z][a-z0-9_]{0,62}$/, 'expected a name of lower-case letters, digits and _'));

const clearFor = optional(roles, 'Roles that see the value as it is. Default: none.');

/** Words of a field that say what becomes of its value. */
export const handlingWords = {
  hash: optional(
    z.union([
      z.enum(HASHES),
      z.strictObject({
        algorithm: z.enum(HASHES),
        cost: optional(z.int().check(z.minimum(4), z.maximum(16)), 'Rounds as a power of two, 4 to 16. Default 10.'),
      }),
    ]),
    'The value is hashed by pgcrypto after it has been checked and before it is written; it is never returned, audited or in an event.',
  ),
  encrypt: optional(
    z.union([keyName, z.strictObject({ key: described(keyName, 'The name of the key.') })]),
    'The name of the key with which the value is encrypted before it is written: see `ai.add_encryption_key`. Shown as `mask` says, by default as "***"; never audited or in an event.',
  ),
  mask: optional(
    z.union([
      z.enum(MASKS),
      z.strictObject({
        as: optional(z.enum(MASKS), 'A ready-made mask.'),
        show_first: optional(z.int().check(z.nonnegative()), 'Characters shown at the beginning.'),
        show_last: optional(z.int().check(z.nonnegative()), 'Characters shown at the end.'),
        clear_for: clearFor,
      }),
    ]),
    'How much of the text callers see: "phone" gives +84***567.',
  ),
  returned: optional(z.boolean(), 'false: the field is never in an answer. It is still audited and in events.'),
  audited: optional(z.boolean(), 'false: the field is never in the audit trail or in an event. It is still returned.'),
};

/** Words of a field that judge its value, beside those of JSON Schema. */
export const judgingWords = {
  complexity: optional(z.enum(COMPLEXITIES), 'How hard a password must be to guess; see “Passwords”.'),
  allow: optional(
    z.array(name).check(z.minLength(1)),
    'Texts of which one must fit: "*@example.com". `*` stands for any characters; upper and lower case are the same.',
  ),
  deny: optional(z.array(name).check(z.minLength(1)), 'Texts of which none may fit, written like those of `allow`.'),
};

export type Access = z.infer<typeof access>;
export type RateLimit = z.infer<typeof rateLimit>;
export type Limit = z.infer<typeof limit>;
export type PoliciesInComment = z.infer<typeof policiesInComment>;
