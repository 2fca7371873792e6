import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { grammarSchemas } from '../../src/install/grammar-schema.ts';
import { projectRoot } from '../../src/project.ts';

test.each(Object.entries(grammarSchemas()))(
  'docs/schema/%s.json is what the grammar says (make docs)',
  (name, schema) => {
    const published = readFileSync(join(projectRoot, 'docs/schema', `${name}.json`), 'utf8');
    expect(JSON.parse(published)).toEqual(JSON.parse(schema));
  },
);

test('an editor learns the operations, their keys and what each means', () => {
  const { properties, additionalProperties } = JSON.parse(grammarSchemas().table);
  expect(additionalProperties).toBe(false);
  const [, create] = properties.operations.properties.create.anyOf;
  expect(Object.keys(create.properties)).toEqual(expect.arrayContaining(['required', 'optional', 'roles', 'defaults']));
  expect(create.properties.required.description).toContain('Inputs that must be given');
});
