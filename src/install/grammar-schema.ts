import * as z from 'zod/mini';
import { fieldRules, tableDeclaration } from '../compiler/grammar.ts';
import { POLICY_KINDS } from '../compiler/policy/definitions.ts';

// Named, so that the documents hold the rules for a field once.
z.globalRegistry.add(fieldRules, { id: 'field' });

/** The grammar of declarations as JSON Schema documents, for completion in editors. */
export const grammarSchemas = (): Record<'table' | 'column' | 'policy', string> => ({
  table: print('What COMMENT ON TABLE may hold', tableDeclaration),
  column: print('What COMMENT ON COLUMN may hold', fieldRules),
  policy: print('What ai.policies.definition may hold, by the policy’s kind', z.strictObject(POLICY_KINDS)),
});

const print = (title: string, schema: z.ZodMiniType): string =>
  `${JSON.stringify({ title: `pg_ai: ${title}`, ...z.toJSONSchema(schema) }, null, 2)}\n`;
