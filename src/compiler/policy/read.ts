import type * as z from 'zod/mini';
import type { TableSnapshot } from '../catalog.ts';
import { check } from '../declaration.ts';
import { type Diagnostic, error } from '../diagnostic.ts';
import type { OperationKind, TableDeclaration } from '../grammar.ts';
import { POLICY_KINDS, type PolicyKind } from './definitions.ts';
import type { FieldSource } from './fields.ts';
import type { Access, Limit, PoliciesInComment, RateLimit } from './grammar.ts';
import type { Ruling } from './ir.ts';

export type FieldPolicy = z.infer<(typeof POLICY_KINDS)['input']> | z.infer<(typeof POLICY_KINDS)['data']>;

export interface Source<Rule> extends Ruling<Rule> {
  /** Null: every operation. */
  readonly operation: OperationKind | null;
  /** Whether it is about every table, so that what it says may not be about this one. */
  readonly everywhere: boolean;
}

/** All policies of a table: those of its comment, then the rows of ai.policies. */
export interface Sources {
  readonly access: readonly Source<Access>[];
  readonly rate_limit: readonly Source<RateLimit>[];
  readonly input: readonly Source<FieldPolicy>[];
  readonly data: readonly Source<FieldPolicy>[];
  readonly limit: readonly Source<Limit>[];
  readonly diagnostics: readonly Diagnostic[];
}

export const readPolicies = (table: TableSnapshot, declaration: TableDeclaration): Sources => {
  const found: { [Kind in PolicyKind]: Source<unknown>[] } = {
    access: [],
    rate_limit: [],
    input: [],
    data: [],
    limit: [],
  };
  const diagnostics: Diagnostic[] = [];
  const root = `comment on table ${table.qualified}`;

  const inComment = (own: PoliciesInComment | undefined, operation: OperationKind | null): void => {
    if (own === undefined) return;
    const policy = operation === null ? table.qualified : `${table.qualified}.${operation}`;
    const path = operation === null ? `${root}: policies` : `${root}: operations.${operation}.policies`;
    for (const [kind, rule] of Object.entries(own) as [PolicyKind, unknown][]) {
      if (rule === undefined) continue;
      const whole = kind === 'rate_limit' && typeof rule === 'string' ? { limit: rule } : rule;
      found[kind].push({ policy, path: `${path}.${kind}`, rule: whole, operation, everywhere: false });
    }
  };
  inComment(declaration.policies, null);
  for (const [kind, own] of Object.entries(declaration.operations) as [
    OperationKind,
    true | { policies?: PoliciesInComment },
  ][])
    if (own !== undefined && own !== true) inComment(own.policies, kind);

  for (const { name, operation, kind, definition, everywhere } of table.policies ?? []) {
    const path = `policy ${name}`;
    if (definition === null || typeof definition !== 'object' || Array.isArray(definition)) {
      diagnostics.push(error(path, 'the definition is an object in { }'));
      continue;
    }
    const read = check(path, POLICY_KINDS[kind], definition);
    diagnostics.push(...read.diagnostics);
    if (read.value === undefined) continue;
    found[kind].push({
      policy: name,
      path,
      rule: read.value,
      operation: operation as OperationKind | null,
      everywhere: everywhere === true,
    });
  }
  return { ...(found as unknown as Omit<Sources, 'diagnostics'>), diagnostics };
};

/** The policies that are about an operation. */
export const about = <Rule>(sources: readonly Source<Rule>[], kind: OperationKind): readonly Source<Rule>[] =>
  sources.filter(({ operation }) => operation === null || operation === kind);

/** What policies say of one field: in one operation, or, where none is named, in all of them. */
export const fieldSources = ({ input, data }: Sources, name: string, kind?: OperationKind): readonly FieldSource[] =>
  [...input, ...data]
    .filter(({ operation }) => operation === null || operation === kind)
    .flatMap(({ path, rule }) => {
      const rules = rule.fields[name];
      return rules === undefined ? [] : [{ path: `${path}.fields.${name}`, rules: rules as FieldSource['rules'] }];
    });
