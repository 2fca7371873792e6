import { type Diagnostic, warning } from '../diagnostic.ts';
import type { OperationKind } from '../grammar.ts';
import { type Found, resolveAccess, type Subject } from './access.ts';
import type { Access } from './grammar.ts';
import type { DescribedPolicy, Policies } from './ir.ts';
import { impossibleLimits, resolveLimits } from './limit.ts';
import { resolveRates } from './rate.ts';
import { about, type Source, type Sources } from './read.ts';

/** The policies that are about one operation, resolved against its table. */
export const resolvePolicies = (sources: Sources, subject: Subject, found: Found): Policies => {
  const { kind } = subject;
  const access = about(sources.access, kind);
  const rates = about(sources.rate_limit, kind);
  const limits = about(sources.limit, kind);
  found.diagnostics.push(...impossibleLimits(kind, limits));
  return {
    ...resolveAccess(access, subject, found),
    rates: resolveRates(rates, subject, found),
    limits: resolveLimits(limits),
    described: [
      ...describeAll(rates, 'rate_limit', () => 'gate'),
      ...describeAll(access, 'access', stageOf),
      ...describeAll(about(sources.input, kind), 'input', () => 'value'),
      ...describeAll(limits, 'limit', () => 'limit'),
      ...describeAll(about(sources.data, kind), 'data', () => 'value'),
    ],
  };
};

/** The latest moment at which it is judged. */
const stageOf = ({ check, filter }: Access): DescribedPolicy['stage'] =>
  filter !== undefined || /\brow\b/.test(check ?? '') ? 'row' : /\binputs\b/.test(check ?? '') ? 'call' : 'gate';

const describeAll = <Rule extends object>(
  sources: readonly Source<Rule>[],
  kind: string,
  stage: (rule: Rule) => DescribedPolicy['stage'],
): DescribedPolicy[] =>
  sources.map(({ policy, rule }) => ({
    policy,
    kind,
    stage: stage(rule),
    rule: rule as Readonly<Record<string, unknown>>,
  }));

/** Policies that are about an operation which the table does not have. */
export const idlePolicies = (sources: Sources, declared: readonly OperationKind[]): Diagnostic[] =>
  [sources.access, sources.rate_limit, sources.input, sources.data, sources.limit]
    .flat()
    .filter(({ operation, everywhere }) => operation !== null && !everywhere && !declared.includes(operation))
    .map(({ path, operation }) =>
      warning(path, `the table declares no ${operation}`, 'this takes effect when it does'),
    );
