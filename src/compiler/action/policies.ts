import type { TableSnapshot } from '../catalog.ts';
import { check } from '../declaration.ts';
import { type Diagnostic, error, suggest, warning } from '../diagnostic.ts';
import type { FieldRules } from '../grammar.ts';
import type { Input, Probe } from '../ir.ts';
import { type Found, resolveAccess, roleProbes } from '../policy/access.ts';
import { HANDLING_WORDS, POLICY_KINDS, type PolicyKind } from '../policy/definitions.ts';
import { NoExpression, readExpression } from '../policy/expression.ts';
import type { FieldSource } from '../policy/fields.ts';
import type { Access, RateLimit } from '../policy/grammar.ts';
import { type Mask, maskOf } from '../policy/handling.ts';
import { type DescribedPolicy, NO_POLICIES, type Policies } from '../policy/ir.ts';
import { resolveRates } from '../policy/rate.ts';
import type { FieldPolicy, Source } from '../policy/read.ts';
import type { Shown } from './ir.ts';
import { type Schema, typesOf } from './schema.ts';
import type { ActionSnapshot } from './snapshot.ts';

/** The policies about an action but for limits, read. */
export interface ActionPolicies {
  readonly access: readonly Source<Access>[];
  readonly rate_limit: readonly Source<RateLimit>[];
  readonly input: readonly Source<FieldPolicy>[];
  readonly data: readonly Source<FieldPolicy>[];
  readonly diagnostics: readonly Diagnostic[];
}

export const readActionPolicies = (action: ActionSnapshot): ActionPolicies => {
  const found: Record<'access' | 'rate_limit' | 'input' | 'data', Source<unknown>[]> = {
    access: [],
    rate_limit: [],
    input: [],
    data: [],
  };
  const diagnostics: Diagnostic[] = [];
  for (const { name, kind, definition } of action.policies) {
    if (kind === 'limit') continue; // see limits.ts
    const path = `policy ${name}`;
    if (definition === null || typeof definition !== 'object' || Array.isArray(definition)) {
      diagnostics.push(error(path, 'the definition is an object in { }'));
      continue;
    }
    const read = check(path, POLICY_KINDS[kind], definition);
    diagnostics.push(...read.diagnostics);
    if (read.value !== undefined)
      found[kind].push({ policy: name, path, rule: read.value, operation: null, everywhere: false });
  }
  return { ...(found as Omit<ActionPolicies, 'diagnostics'>), diagnostics };
};

/** What policies say of one input, beside input_schema. */
export const inputSources = ({ input }: ActionPolicies, name: string): readonly FieldSource[] =>
  input.flatMap(({ path, rule }) => {
    const rules = rule.fields[name];
    return rules === undefined ? [] : [{ path: `${path}.fields.${name}`, rules: rules as FieldRules }];
  });

/** Inputs that policies name and the action does not have. */
export const unknownInputs = ({ input }: ActionPolicies, names: readonly string[]): readonly Diagnostic[] =>
  input.flatMap(({ path, rule }) =>
    Object.keys(rule.fields)
      .filter((name) => !names.includes(name))
      .map((name) => error(`${path}.fields.${name}`, 'the action has no such input', suggest(name, names))),
  );

/** To the policies' own grammar an action is what creates a row of its inputs; people are told of the action. */
const told = (text: string, { qualified }: TableSnapshot): string =>
  text
    .replaceAll(` is not a column of ${qualified}`, ' is not an input of the action')
    .replaceAll(': of the row, or the input?', ' alone means nothing here')
    .replace(/^write row[.].* or (inputs[.].*)$/, 'write $1')
    .replaceAll('what create is for', 'what the action is for');

/** Who may call and how often, resolved against the inputs as the columns of `table`. */
export const resolveActionPolicies = (
  action: ActionSnapshot,
  policies: ActionPolicies,
  table: TableSnapshot,
  inputs: readonly Input[],
  roles: readonly string[],
  found: Found,
): Policies => {
  const inner: Found = { diagnostics: [], probes: [] };
  const subject = { kind: 'create', table, inputs, roles, security: action.security } as const;
  const access = policies.access.filter(({ path, rule }) => hasNoRow(path, rule, inner.diagnostics));
  const resolved: Policies = {
    ...NO_POLICIES,
    ...resolveAccess(access, subject, inner),
    rates: resolveRates(policies.rate_limit, subject, inner),
    described: action.policies.map(({ name, kind, definition }) => ({
      policy: name,
      kind,
      stage: stageOf(kind, definition),
      rule: definition as Readonly<Record<string, unknown>>,
    })),
  };
  found.diagnostics.push(
    ...inner.diagnostics.map((each) => ({
      ...each,
      reason: told(each.reason, table),
      ...(each.suggestion === undefined ? {} : { suggestion: told(each.suggestion, table) }),
    })),
  );
  found.probes.push(...inner.probes.map((each): Probe => ({ ...each, reason: told(each.reason, table) })));
  return resolved;
};

/** When it is judged. */
const stageOf = (kind: PolicyKind, definition: unknown): DescribedPolicy['stage'] => {
  switch (kind) {
    case 'access':
      return /\binputs\b/.test(String((definition as Access | null)?.check)) ? 'call' : 'gate';
    case 'rate_limit':
      return 'gate';
    case 'limit':
      return 'limit';
    default:
      return 'value';
  }
};

/** Whether a policy is about the call alone. An action has no row of its own: policies of the tables that it writes are about these. */
const hasNoRow = (path: string, rule: Access, diagnostics: Diagnostic[]): boolean => {
  const words = (['filter', 'row_level_security'] as const).filter((word) => rule[word] !== undefined);
  for (const word of words)
    diagnostics.push(
      error(`${path}.${word}`, 'is about rows, and an action has none', 'put the policy on the tables that it uses'),
    );
  if (words.length > 0) return false;
  try {
    if (rule.check === undefined || readExpression(rule.check).rows.length === 0) return true;
  } catch (reason) {
    if (reason instanceof NoExpression) return true; // told by who reads it
    throw reason;
  }
  diagnostics.push(
    error(
      `${path}.check`,
      'names `row`, and an action has none',
      'use inputs.<input> and actor, or put the policy on the tables that it uses',
    ),
  );
  return false;
};

/** What of the answer is masked or left out. */
export const resolveShown = (
  { data }: ActionPolicies,
  output: Schema | undefined,
  { diagnostics, probes }: Found,
): Shown => {
  const masks: Record<string, Mask> = {};
  const hidden = new Set<string>();
  const answer = output !== undefined && typesOf(output).includes('array') ? output.items : output;
  const known = Object.keys(answer?.properties ?? {});
  for (const { path, rule } of data)
    for (const [name, said] of Object.entries(rule.fields) as [string, FieldRules][]) {
      const at = `${path}.fields.${name}`;
      for (const word of HANDLING_WORDS)
        if (said[word] !== undefined && word !== 'mask' && word !== 'returned')
          diagnostics.push(
            error(
              `${at}.${word}`,
              'an action writes nothing by itself: of its answer a field can have a "mask", or "returned": false',
              'put the policy on the tables that it writes; steps can "hash"',
            ),
          );
      if (known.length > 0 && !known.includes(name))
        diagnostics.push(
          answer?.additionalProperties === false
            ? error(at, 'the answer never has this field', suggest(name, known))
            : warning(at, 'output_schema does not describe this field of the answer', suggest(name, known)),
        );
      if (said.returned === false) hidden.add(name);
      if (said.mask === undefined) continue;
      if (said.returned === false)
        diagnostics.push(
          error(at, '"mask" says what callers see, and "returned" that they see nothing', 'keep one of the two'),
        );
      if (masks[name] !== undefined)
        diagnostics.push(error(`${at}.mask`, 'another policy masks it already', 'say it once'));
      if (typeof said.mask === 'object') {
        probes.push(...roleProbes(`${at}.mask.clear_for`, said.mask.clear_for ?? []));
        if (said.mask.as !== undefined && (said.mask.show_first ?? said.mask.show_last) !== undefined)
          diagnostics.push(
            error(`${at}.mask`, '"as" and "show_first", "show_last" both say what is shown', 'keep one of the two'),
          );
      }
      masks[name] = maskOf(said.mask);
    }
  return { masks, hidden: [...hidden] };
};
