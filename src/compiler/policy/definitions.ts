import * as z from 'zod/mini';
import { described, name } from '../described.ts';
import { fieldRules } from '../grammar.ts';
import { access, handlingWords, judgingWords, limit, rateLimit } from './grammar.ts';

const keysOf = <K extends string>(words: Readonly<Record<K, unknown>>): Record<K, true> =>
  Object.fromEntries(Object.keys(words).map((word) => [word, true])) as Record<K, true>;

const handled = z.pick(fieldRules, keysOf(handlingWords));
const judged = z.omit(fieldRules, {
  ...keysOf(handlingWords),
  protected: true,
  title: true,
  description: true,
  examples: true,
});

/** What `definition` of a row of ai.policies holds, by its kind. */
export const POLICY_KINDS = {
  access,
  rate_limit: rateLimit,
  input: z.strictObject({
    fields: described(
      z.record(name, judged),
      'Rules for inputs, in the words of a declaration’s "fields". Where both say a word, the stricter holds.',
    ),
  }),
  data: z.strictObject({
    fields: described(
      z.record(name, handled),
      'What becomes of values: `hash`, `encrypt`, `mask`, `returned`, `audited`.',
    ),
  }),
  limit,
} as const;

export type PolicyKind = keyof typeof POLICY_KINDS;
export const JUDGING_WORDS = Object.keys(judgingWords);
export const HANDLING_WORDS = Object.keys(handlingWords) as readonly (keyof typeof handlingWords)[];
