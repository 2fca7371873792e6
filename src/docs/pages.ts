import { grammarSchemas } from '../install/grammar-schema.ts';
import { declarationsPage } from './declarations.ts';
import { errorsPage } from './errors.ts';
import { policiesPage } from './policies.ts';

/** The generated pages, by their path in the project. */
export const generatedPages = (): Readonly<Record<string, string>> => {
  const { table, column, policy } = grammarSchemas();
  return {
    'docs/declarations.md': declarationsPage(),
    'docs/errors.md': errorsPage(),
    'docs/policies.md': policiesPage(),
    'docs/schema/table.json': table,
    'docs/schema/column.json': column,
    'docs/schema/policy.json': policy,
  };
};
