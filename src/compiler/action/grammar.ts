import * as z from 'zod/mini';

const text = z.string().check(z.minLength(1));
/** A text, or texts by language. */
export const message = z.union([text, z.record(text, text)]);
const told = {
  name: z.optional(text),
  message: z.optional(message),
  code: z.optional(text),
  sqlstate: z.optional(z.string().check(z.regex(/^[0-9A-Z]{5}$/))),
};

/** A precondition: an SQL expression, or a function (ctx jsonb) returns boolean. */
export const conditions = {
  expression: z.strictObject({ expression: text, ...told }),
  function: z.strictObject({ function: text, ...told }),
} as const;
