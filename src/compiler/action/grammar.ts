import * as z from 'zod/mini';

const text = z.string().check(z.minLength(1));
const names = z.array(text);
const values = z.record(z.string(), z.unknown());
/** A text, or texts by language. */
const message = z.union([text, z.record(text, text)]);
const sqlstate = z.optional(z.string().check(z.regex(/^[0-9A-Z]{5}$/)));
const told = {
  name: z.optional(text),
  message: z.optional(message),
  code: z.optional(text),
  sqlstate,
};

/** A precondition: an SQL expression, a function (ctx jsonb) returns boolean, or whether a row is there. */
export const conditions = {
  expression: z.strictObject({ expression: text, ...told }),
  function: z.strictObject({ function: text, ...told }),
  exists: z.strictObject({ exists: text, where: z.unknown(), ...told }),
  not_exists: z.strictObject({ not_exists: text, where: z.unknown(), ...told }),
} as const;

const any = { when: z.optional(z.unknown()), description: z.optional(z.string()) };
const kept = { ...any, as: z.optional(text) };

/** The steps, each by the word that names it. */
export const steps = {
  find: z.strictObject({
    find: text,
    where: z.unknown(),
    columns: z.optional(names),
    many: z.optional(z.boolean()),
    limit: z.optional(z.int().check(z.positive())),
    order_by: z.optional(names),
    lock: z.optional(z.boolean()),
    required: z.optional(z.boolean()),
    message: z.optional(message),
    code: z.optional(text),
    sqlstate,
    ...kept,
  }),
  create: z.strictObject({ create: text, values, ...kept }),
  update: z.strictObject({ update: text, key: values, values, ...kept }),
  upsert: z.strictObject({ upsert: text, key: z.optional(values), values, ...kept }),
  delete: z.strictObject({ delete: text, key: values, ...kept }),
  set: z.strictObject({ set: values, ...any }),
  assert: z.strictObject({
    assert: z.unknown(),
    message: z.optional(message),
    code: z.optional(text),
    sqlstate,
    ...any,
  }),
  generate_token: z.strictObject({
    generate_token: z.union([z.literal(true), z.int().check(z.minimum(8), z.maximum(256))]),
    format: z.optional(z.enum(['hex', 'base64url'])),
    ...kept,
  }),
  hash: z.strictObject({
    hash: z.unknown(),
    algorithm: z.optional(z.enum(['bcrypt', 'sha256', 'sha512'])),
    cost: z.optional(z.int().check(z.minimum(4), z.maximum(31))),
    ...kept,
  }),
  call: z.strictObject({ call: text, inputs: z.optional(values), ...kept }),
  emit: z.strictObject({ emit: text, payload: z.optional(values), row_key: z.optional(values), ...any }),
  send_email: z.strictObject({
    send_email: text,
    to: z.unknown(),
    variables: z.optional(values),
    locale: z.optional(z.unknown()),
    ...any,
  }),
  checkpoint: z.strictObject({
    checkpoint: text,
    steps: z.array(z.unknown()).check(z.minLength(1)),
    errors: z.optional(names.check(z.minLength(1))),
    on_failure: z.optional(z.union([z.literal('continue'), z.literal('fail'), z.array(z.unknown())])),
    ...any,
  }),
  return: z.strictObject({ return: z.unknown(), ...any }),
} as const;

export type Verb = keyof typeof steps;
export const VERBS = Object.keys(steps) as readonly Verb[];

/** What may follow the body: it cannot change the answer any more. */
export const POST_VERBS: readonly Verb[] = ['call', 'emit', 'send_email'];

/** Every key that some step has, made optional: what the analyzer reads. */
export interface Step {
  readonly find?: string;
  readonly create?: string;
  readonly update?: string;
  readonly upsert?: string;
  readonly delete?: string;
  readonly set?: Readonly<Record<string, unknown>>;
  readonly assert?: unknown;
  readonly generate_token?: true | number;
  readonly hash?: unknown;
  readonly call?: string;
  readonly emit?: string;
  readonly send_email?: string;
  readonly checkpoint?: string;
  readonly return?: unknown;
  readonly when?: unknown;
  readonly as?: string;
  readonly where?: unknown;
  readonly columns?: readonly string[];
  readonly many?: boolean;
  readonly limit?: number;
  readonly order_by?: readonly string[];
  readonly lock?: boolean;
  readonly required?: boolean;
  readonly message?: string | Readonly<Record<string, string>>;
  readonly code?: string;
  readonly sqlstate?: string;
  readonly key?: Readonly<Record<string, unknown>>;
  readonly values?: Readonly<Record<string, unknown>>;
  readonly format?: 'hex' | 'base64url';
  readonly algorithm?: 'bcrypt' | 'sha256' | 'sha512';
  readonly cost?: number;
  readonly inputs?: Readonly<Record<string, unknown>>;
  readonly payload?: Readonly<Record<string, unknown>>;
  readonly row_key?: Readonly<Record<string, unknown>>;
  readonly to?: unknown;
  readonly variables?: Readonly<Record<string, unknown>>;
  readonly locale?: unknown;
  readonly steps?: readonly unknown[];
  readonly errors?: readonly string[];
  readonly on_failure?: 'continue' | 'fail' | readonly unknown[];
}
