import { type Diagnostic, error } from '../diagnostic.ts';
import type { OperationKind } from '../grammar.ts';
import type { Limit } from './grammar.ts';
import type { Ruling } from './ir.ts';

/** What a call may cost, from all policies that say something of it: the tightest holds. */
export interface Limits {
  readonly latency?: Bound;
  readonly rows?: Bound;
  readonly statements?: { readonly policy: string; readonly allowed: readonly string[] };
  /** In kB. */
  readonly memory?: Bound;
  readonly errors?: {
    readonly policy: string;
    /** The share of calls that may fail after a change. */
    readonly most: number;
    readonly fewestCalls: number;
    readonly watchSeconds: number;
  };
}

export interface Bound {
  readonly policy: string;
  /** Milliseconds, rows or kB. */
  readonly most: number;
}

const UNITS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  min: 60_000,
  h: 3_600_000,
  kB: 1,
  MB: 1024,
  GB: 1024 * 1024,
};

/** "1.5 s" in milliseconds, "64 MB" in kB. */
export const amount = (text: string): number => {
  const [, value = '0', unit = ''] = /^([0-9.]+) ?([a-zA-Z]+)$/.exec(text) ?? [];
  return Math.round(Number(value) * (UNITS[unit] ?? 1));
};

const FEWEST_CALLS = 20;
const WATCH = '1 h';

export const resolveLimits = (rulings: readonly Ruling<Limit>[]): Limits => {
  const tightest = (of: (rule: Limit) => number | undefined): Bound | undefined =>
    rulings
      .flatMap(({ policy, rule }): Bound[] => {
        const most = of(rule);
        return most === undefined ? [] : [{ policy, most }];
      })
      .sort((a, b) => a.most - b.most)[0];
  const latency = tightest(({ max_latency }) => (max_latency === undefined ? undefined : amount(max_latency)));
  const rows = tightest(({ max_rows }) => max_rows);
  const memory = tightest(({ max_memory }) => (max_memory === undefined ? undefined : amount(max_memory)));
  const lists = rulings.flatMap(({ policy, rule }) =>
    rule.statements === undefined ? [] : [{ policy, allowed: rule.statements }],
  );
  const shares = rulings
    .filter(({ rule }) => rule.max_error_rate !== undefined)
    .sort((a, b) => (a.rule.max_error_rate ?? 1) - (b.rule.max_error_rate ?? 1));
  const [share] = shares;
  return {
    ...(latency === undefined ? {} : { latency }),
    ...(rows === undefined ? {} : { rows }),
    ...(memory === undefined ? {} : { memory }),
    ...(lists[0] === undefined
      ? {}
      : {
          statements: {
            policy: [...lists].sort((a, b) => a.allowed.length - b.allowed.length)[0]?.policy ?? '',
            allowed: lists[0].allowed.filter((kind) => lists.every(({ allowed }) => allowed.includes(kind))),
          },
        }),
    ...(share === undefined
      ? {}
      : {
          errors: {
            policy: share.policy,
            most: share.rule.max_error_rate ?? 1,
            fewestCalls: share.rule.min_calls ?? FEWEST_CALLS,
            watchSeconds: amount(share.rule.watch ?? WATCH) / 1000,
          },
        }),
  };
};

const DOES: Readonly<Record<OperationKind, readonly string[]>> = {
  create: ['insert'],
  update: ['update'],
  delete: ['delete'],
  upsert: ['insert', 'update'],
  fetch: [],
};

/** Limits that no call of the operation could keep. */
export const impossibleLimits = (kind: OperationKind, rulings: readonly Ruling<Limit>[]): Diagnostic[] =>
  rulings.flatMap(({ path, rule }) => {
    const found: Diagnostic[] = [];
    const lacking = DOES[kind].filter((each) => rule.statements?.some((allowed) => allowed === each) === false);
    if (lacking.length > 0)
      found.push(
        error(
          `${path}.statements`,
          `it can never hold: ${kind} does ${lacking.join(' and ')}`,
          `add ${lacking.map((each) => JSON.stringify(each)).join(', ')}, or name other operations`,
        ),
      );
    if (rule.max_rows === 0 && DOES[kind].length > 0)
      found.push(error(`${path}.max_rows`, `it can never hold: ${kind} changes a row`, 'allow at least 1'));
    if (rule.max_error_rate === undefined && (rule.min_calls !== undefined || rule.watch !== undefined))
      found.push(
        error(
          `${path}.${rule.min_calls === undefined ? 'watch' : 'min_calls'}`,
          'it says when errors are judged, and there is no max_error_rate',
          'add "max_error_rate": 0.2',
        ),
      );
    return found;
  });
