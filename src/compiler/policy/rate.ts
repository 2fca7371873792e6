import { error, warning } from '../diagnostic.ts';
import { createContext } from '../emit/context.ts';
import type { Operation } from '../ir.ts';
import { expressionAt, type Found, type Subject } from './access.ts';
import { earlyBinding } from './binding.ts';
import { bind, type Expression } from './expression.ts';
import { type PER, RATE, type RateLimit } from './grammar.ts';
import { effectProbes } from './probe.ts';
import type { Source } from './read.ts';

export interface ResolvedRate {
  readonly policy: string;
  readonly path: string;
  readonly message?: string;
  /** As it was written: "10/min". */
  readonly limit: string;
  readonly calls: number;
  readonly seconds: number;
  readonly per: (typeof PER)[number] | Expression;
  readonly countRefused: boolean;
}

const SECONDS: Readonly<Record<string, number>> = {
  s: 1,
  sec: 1,
  second: 1,
  min: 60,
  minute: 60,
  h: 3600,
  hour: 3600,
  day: 86400,
};

export const resolveRates = (
  sources: readonly Source<RateLimit>[],
  { table }: Subject,
  found: Found,
): readonly ResolvedRate[] => {
  const rates = sources.flatMap(({ policy, path, rule }): ResolvedRate[] => {
    const [, calls = '', many, unit = ''] = RATE.exec(rule.limit) ?? [];
    const seconds = Number(many?.trim() ?? 1) * (SECONDS[unit] ?? 1);
    const key = rule.key === undefined ? undefined : expressionAt(`${path}.key`, rule.key, table, found);
    if (rule.key !== undefined && rule.per !== undefined)
      found.diagnostics.push(
        error(path, '"per" and "key" both say which calls are counted together', 'keep one of the two'),
      );
    if (key !== undefined && key.rows.length > 0)
      found.diagnostics.push(
        error(`${path}.key`, 'there is no row yet when calls are counted', 'use inputs.<input> and actor'),
      );
    const n = Number(calls);
    if (rule.count_refused === true && n * (n + 1) >= seconds * 1000)
      found.diagnostics.push(
        error(
          `${path}.limit`,
          'too many to be counted with those that are refused',
          'write fewer calls, or a longer time',
        ),
      );
    if (rule.key !== undefined && key === undefined) return [];
    return [
      {
        policy,
        path,
        ...(rule.message === undefined ? {} : { message: rule.message }),
        limit: rule.limit,
        calls: n,
        seconds,
        per: key ?? rule.per ?? 'actor',
        countRefused: rule.count_refused === true,
      },
    ];
  });
  for (const rate of rates) {
    const stricter = rates.find(
      (other) =>
        other !== rate &&
        together(other) === together(rate) &&
        // One that counts all calls refuses before one that counts some of them.
        (other.countRefused || !rate.countRefused) &&
        other.calls <= rate.calls &&
        other.calls / other.seconds <= rate.calls / rate.seconds,
    );
    if (stricter !== undefined && (stricter.calls !== rate.calls || rates.indexOf(stricter) < rates.indexOf(rate)))
      found.diagnostics.push(
        warning(
          rate.path,
          `${rate.limit} never refuses a call: ${stricter.limit} (${stricter.path}) does so before`,
          'take one of them away',
        ),
      );
  }
  return rates;
};

const together = ({ per }: ResolvedRate): string => (typeof per === 'string' ? per : `key ${per.source}`);

export const rateProbes = (operation: Operation): { path: string; sql: string; reason: string; suggestion: string }[] =>
  operation.policy.rates.flatMap((rate) => [
    ...(typeof rate.per === 'string' ? [] : keyProbes(operation, `${rate.path}.key`, rate.per)),
    ...(rate.countRefused
      ? [
          {
            path: rate.path,
            sql: 'select ai_private.make_rate_counters()',
            reason: 'the counters cannot be made',
            suggestion: 'ai_owner needs CREATE on the schema ai_gen',
          },
        ]
      : []),
  ]);

const keyProbes = (operation: Operation, path: string, key: Expression) => {
  const context = createContext(operation, '');
  return [
    ...effectProbes(path, key),
    {
      path,
      sql: `explain select ${bind(key, earlyBinding(context))}::text from (select null::jsonb as ${context.own._in}, null::text as ${context.own._actor}) as given`,
      reason: 'not an expression that PostgreSQL takes here',
      suggestion: 'inputs.<input> is a text here; functions of your own need their schema',
    },
  ];
};
