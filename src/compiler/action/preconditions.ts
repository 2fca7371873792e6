import { check } from '../declaration.ts';
import { error } from '../diagnostic.ts';
import { ACTOR } from '../emit/actor.ts';
import { ident, literal } from '../emit/sql.ts';
import type { Privilege } from '../ir.ts';
import { expression, type Findings } from './expression.ts';
import { whereAt } from './find.ts';
import { conditions } from './grammar.ts';
import type { Condition } from './ir.ts';
import type { Scope } from './scope.ts';
import type { ActionSnapshot } from './snapshot.ts';
import { tableAt } from './tables.ts';
import type { Place } from './values.ts';

const FORMS = Object.keys(conditions) as (keyof typeof conditions)[];
const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** SQLSTATEs that callers take for something else than a refusal. */
const RESERVED = /^(00|01|02|03|0A|2D|40|53|54|55|57|58|F0|XX|PI[01459])/;

export const preconditionsOf = (
  action: ActionSnapshot,
  scope: Scope,
  findings: Findings,
  inputs: string,
  privileges: Privilege[],
): Condition[] => {
  if (action.preconditions === null) return [];
  const list: readonly unknown[] = Array.isArray(action.preconditions) ? action.preconditions : [action.preconditions];
  return list.flatMap((value, i) => {
    const at = `action ${action.name}: preconditions[${i}]`;
    return condition(
      action,
      at,
      typeof value === 'string' ? { expression: value } : value,
      `precondition ${i + 1}`,
      scope,
      findings,
      inputs,
      privileges,
    );
  });
};

const condition = (
  action: ActionSnapshot,
  at: string,
  value: unknown,
  fallback: string,
  scope: Scope,
  findings: Findings,
  inputs: string,
  privileges: Privilege[],
): Condition[] => {
  const forms = isObject(value) ? FORMS.filter((form) => Object.hasOwn(value, form)) : [];
  const [form] = forms;
  if (!isObject(value) || form === undefined || forms.length > 1) {
    findings.diagnostics.push(
      error(
        at,
        `expected an SQL expression, or an object with one of: ${FORMS.join(', ')}`,
        '":age >= 18", or {"expression": ":age >= 18", "message": "…"}',
      ),
    );
    return [];
  }
  const read = check(at, conditions[form], value);
  findings.diagnostics.push(...read.diagnostics.map((d) => ({ ...d, path: d.path.replace(`${at}: `, `${at}.`) })));
  const found = read.value as (Written & Omit<Condition, 'sql'>) | undefined;
  if (found === undefined) return [];
  if (found.sqlstate !== undefined && RESERVED.test(found.sqlstate))
    findings.diagnostics.push(
      error(
        `${at}.sqlstate`,
        `${found.sqlstate} means something else`,
        'use one of class P0 to ZZ of your own, such as "P0001", or leave it out',
      ),
    );
  const sql =
    form === 'expression'
      ? expression(action, `${at}.expression`, found.expression ?? '', 'boolean', scope, findings)
      : form === 'function'
        ? checkFunction(action, `${at}.function`, found.function ?? '', findings, inputs)
        : rowCheck({ action, scope, findings }, at, form, found, privileges);
  if (sql === undefined) return [];
  const { name, code, sqlstate, message } = found;
  return [
    {
      sql,
      name: name ?? found.function ?? fallback,
      ...(code === undefined ? {} : { code }),
      ...(sqlstate === undefined ? {} : { sqlstate }),
      ...(message === undefined ? {} : { message }),
    },
  ];
};

interface Written {
  readonly expression?: string;
  readonly function?: string;
  readonly exists?: string;
  readonly not_exists?: string;
  readonly where?: unknown;
}

/** Whether a row is there, or none is. */
const rowCheck = (
  place: Place,
  at: string,
  form: 'exists' | 'not_exists',
  written: Written,
  privileges: Privilege[],
): string | undefined => {
  const table = tableAt(place, `${at}.${form}`, written[form] ?? '');
  const where = table === undefined ? undefined : whereAt(place, `${at}.where`, table, written.where);
  if (table === undefined || where === undefined) return undefined;
  if (place.action.security === 'definer') {
    privileges.push({ on: 'schema', name: ident(table.schema), privilege: 'usage' });
    if (where.columns.length > 0)
      privileges.push({ on: 'table', name: table.qualified, privilege: 'select', columns: where.columns });
  }
  return `${form === 'exists' ? '' : 'not '}exists (select from ${table.qualified} as t where ${where.sql})`;
};

const checkFunction = (
  action: ActionSnapshot,
  at: string,
  written: string,
  findings: Findings,
  inputs: string,
): string | undefined => {
  const found = action.functions[written];
  if (found === undefined || found === null) {
    findings.diagnostics.push(
      error(
        at,
        `there is no function ${written}(jsonb)`,
        'it takes one jsonb (inputs, actor, action) and returns boolean; write its schema',
      ),
    );
    return undefined;
  }
  if (found.returns !== 'boolean') {
    findings.diagnostics.push(error(at, `${found.function} returns ${found.returns}`, 'a check returns boolean'));
    return undefined;
  }
  if (found.untrusted && action.security === 'definer') {
    findings.diagnostics.push(
      error(
        at,
        `${found.function} would run as ai_owner, and its owner is no member of ai_admin`,
        'grant ai_admin to its owner, or take one of your own',
      ),
    );
    return undefined;
  }
  return `${found.function}(pg_catalog.jsonb_build_object('inputs', ${inputs}, 'actor', ${ACTOR}, 'action', ${literal(action.name)}))`;
};
