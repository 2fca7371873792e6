import type { ColumnSnapshot } from '../catalog.ts';
import type { Operation } from '../ir.ts';
import { brokenBy, emitRowCheck, filterCondition, keyCondition, refusedRow } from './access.ts';
import { ACTOR } from './actor.ts';
import { type Context, given, identifying, isPresent, pick, rowObject } from './context.ts';
import { startsEarly } from './early.ts';
import { elapsed } from './failure.ts';
import { maskedFields, recorded } from './handling.ts';
import { added } from './hooks.ts';
import { givenList } from './inputs.ts';
import { ident, indent, literal } from './sql.ts';

/** RETURNING can give the old row beside the new one since PostgreSQL 18; before, the old row is read and locked first. */
export const returnsOld = (operation: Operation): boolean => operation.table.serverVersion >= 18;

/** A statement that gives rows, and the variables that take them. The two are kept apart because ai.explain_mutation shows the statement alone. */
interface Statement {
  readonly sql: string;
  readonly into: readonly string[];
}

const run = ({ sql, into }: Statement): string => `${sql}\n  into ${into.join(', ')};`;

const versionOf = (context: Context, alias: string): { readonly value: string; readonly target: readonly string[] } =>
  context.operation.returnsVersion
    ? { value: `,\n  ${alias}.xmin::text`, target: [context.own._version] }
    : { value: '', target: [] };

/** Policies about the row as it is written are judged by the statement itself. */
const judgedBy = (context: Context, alias: string): { readonly value: string; readonly target: readonly string[] } => {
  const broken = brokenBy(context, alias);
  return broken === undefined ? { value: '', target: [] } : { value: `,\n  ${broken}`, target: [context.own._broken] };
};

const returningNew = (context: Context, sql: string): Statement => {
  const version = versionOf(context, 't');
  const judged = judgedBy(context, 't');
  return {
    sql: `${sql}\nreturning ${rowObject('t', context.operation.visible)}${version.value}${judged.value}`,
    into: [context.own._new, ...version.target, ...judged.target],
  };
};

const returningBoth = (context: Context, sql: string): Statement => {
  const { operation, own } = context;
  const version = versionOf(context, 'n');
  const judged = judgedBy(context, 'n');
  return {
    sql: `${sql}\nreturning with (old as o, new as n) ${rowObject('o', operation.visible)},\n  ${rowObject('n', operation.visible)}${version.value}${judged.value}`,
    into: [own._old, own._new, ...version.target, ...judged.target],
  };
};

const lockOld = (context: Context): string => {
  const { operation, own } = context;
  return `select ${rowObject('t', operation.visible)} into ${own._old}
from ${operation.table.qualified} as t
where ${keyCondition(context)}${versionCondition(context)}
for no key update;`;
};

const versionCondition = (context: Context): string => {
  const { operation, own } = context;
  if (operation.version === undefined) return '';
  const expected = `given.${own._opt} ->> 'expected_version'`;
  const column = operation.version.kind === 'column' ? operation.version.column : undefined;
  // What the caller read is what the caller sends, so text would do; but the same moment is another text in another time zone.
  const same =
    column !== undefined && /^(timestamp|uuid)/.test(column.base.name)
      ? `t.${ident(column.name)} = (${expected})::${column.base.name}`
      : `${versionAsJson(operation, 't.xmin::text')} = ${expected}`;
  return `\n  and (not given.${own._opt} ? 'expected_version' or ${same})`;
};

const versionAsJson = (operation: Operation, current: string): string =>
  operation.version?.kind === 'column'
    ? `pg_catalog.to_jsonb(t.${ident(operation.version.column.name)}) #>> '{}'`
    : current;

/**
 * Why the statement touched nothing: there is no such row, or it has changed meanwhile, or the table kept the statement from it.
 * EXISTS and not FOUND, because a column may be called "found".
 */
const nothingMatched = (context: Context): string => {
  const { operation, own } = context;
  const label = `${literal(operation.table.qualified)}, ${literal(operation.kind)}`;
  const key = `pg_catalog.jsonb_build_object(${operation.key.map((column) => `${literal(column.name)}, given.${own._in} -> ${literal(column.name)}`).join(', ')})`;
  const changed =
    operation.version === undefined
      ? ''
      : `
  if ${own._opt} ? 'expected_version' then
    select ${versionAsJson(operation, 't.xmin::text')} into ${own._version} from ${operation.table.qualified} as t where ${keyCondition(context)};
    if exists (select from ${operation.table.qualified} as t where ${keyCondition(context)}) then
      perform ai_private.refuse_stale(${label}, ${key}, ${own._opt} ->> 'expected_version', ${own._version});
    end if;
  end if;`;
  return `
  if exists (select from ${operation.table.qualified} as t where ${keyCondition(context)}${versionCondition(context)}) then
    perform ai_private.refuse_suppressed(${label});
  end if;${changed}
  perform ai_private.refuse_unmatched(${label}, ${key});`;
};

const columnList = (operation: Operation): string =>
  operation.inputs.map((input) => ident(input.column.name)).join(', ');

const insertHead = (operation: Operation): string =>
  operation.inputs.length === 0
    ? `insert into ${operation.table.qualified} as t default values`
    : `insert into ${operation.table.qualified} as t (${columnList(operation)})\nvalues (${givenList(operation.inputs)})`;

/** The statement that changes the table, as it runs and as ai.explain_mutation shows it. */
const changing = (context: Context): Statement => {
  const { operation } = context;
  switch (operation.kind) {
    case 'create':
      return returningNew(context, insertHead(operation));
    case 'update': {
      const head = `update ${operation.table.qualified} as t\nset ${assignments(context).join(',\n    ')}\nwhere ${keyCondition(context)}`;
      return returnsOld(operation)
        ? returningBoth(context, head + versionCondition(context))
        : returningNew(context, head);
    }
    case 'upsert': {
      const sql = `${insertHead(operation)}
on conflict (${operation.key.map((column) => ident(column.name)).join(', ')}) do update
set ${replacements(context).join(',\n    ')}${filterCondition(context).replace('\n  and', '\nwhere')}`;
      return returnsOld(operation) ? returningBoth(context, sql) : returningNew(context, sql);
    }
    case 'delete': {
      const version = versionOf(context, 't');
      return {
        sql: `delete from ${operation.table.qualified} as t
where ${keyCondition(context)}${versionCondition(context)}
returning ${rowObject('t', operation.visible)}${version.value}`,
        into: [context.own._old, ...version.target],
      };
    }
    case 'fetch': {
      const version = operation.returnsVersion ? ` || pg_catalog.jsonb_build_object('xmin', t.xmin::text)` : '';
      return {
        sql: `select ${rowObject('t', operation.returns)}${version}\nfrom ${operation.table.qualified} as t\nwhere ${keyCondition(context)}`,
        into: [context.own._result],
      };
    }
  }
};

/** What an update sets: inputs that are absent keep their value. */
export const assignments = (context: Context, value: (column: ColumnSnapshot) => string = given): readonly string[] => {
  const { operation } = context;
  const set = operation.inputs
    .filter((input) => !input.isKey)
    .map((input) => {
      const name = ident(input.column.name);
      return input.required
        ? `${name} = ${value(input.column)}`
        : `${name} = case when ${isPresent(context, input)} then ${value(input.column)} else t.${name} end`;
    });
  if (operation.version?.kind === 'column')
    set.push(`${ident(operation.version.column.name)} = ${operation.version.next}`);
  return set;
};

/** What an upsert sets in a row that is there already. */
const replacements = (context: Context): readonly string[] => {
  const { operation } = context;
  const set = operation.inputs
    .filter((input) => !input.isKey && input.offered)
    .map((input) => {
      const name = ident(input.column.name);
      return input.required
        ? `${name} = excluded.${name}`
        : `${name} = case when ${isPresent(context, input)} then excluded.${name} else t.${name} end`;
    });
  if (set.length > 0) return set;
  // DO NOTHING would return no row, so a row without anything to change is written as it is.
  const first = ident(operation.key[0]?.name ?? '');
  return [`${first} = excluded.${first}`];
};

const suppressed = (context: Context): string => {
  const { operation, own } = context;
  // Who may not reach the row that is there already may not replace it.
  const refuse =
    operation.kind === 'upsert' && operation.policy.filter.length > 0
      ? refusedRow(context)
      : `perform ai_private.refuse_suppressed(${literal(operation.table.qualified)}, ${literal(operation.kind)});`;
  return `
if ${own._new} is null then
  ${refuse}
end if;`;
};

const unmatched = (context: Context, variable: string): string => `
if ${variable} is null then${nothingMatched(context)}
end if;`;

const create = (context: Context): string => run(changing(context)) + suppressed(context);

const update = (context: Context): string => {
  const { operation, own } = context;
  if (returnsOld(operation)) return run(changing(context)) + unmatched(context, own._new);
  return `${lockOld(context)}${unmatched(context, own._old)}
${run(changing(context))}${suppressed(context)}`;
};

const remove = (context: Context): string => run(changing(context)) + unmatched(context, context.own._old);

const upsert = (context: Context): string => {
  const { operation, own } = context;
  const statement = run(changing(context)) + suppressed(context);
  if (!returnsOld(operation)) return `${lockOld(context)}\n${statement}`;
  // For a row that was inserted, OLD is a row of nulls.
  const inserted = operation.key.find((column) => operation.visible.includes(column));
  return inserted === undefined
    ? statement
    : `${statement}
if ${own._old} -> ${literal(inserted.name)} = 'null' then
  ${own._old} := null;
end if;`;
};

const fetch = (context: Context): string => run(changing(context));

/** The statement itself; afterwards the old and the new row are at hand as JSON without protected fields. */
export const emitStatement = (context: Context): string => {
  const body = { create, update, delete: remove, upsert, fetch }[context.operation.kind](context);
  return `-- The statement.\n${body}${emitRowCheck(context)}`;
};

/** The audit row, the event row and the answer. */
export const emitRecord = (context: Context): string => {
  const { operation, own, fingerprint } = context;
  const row = operation.kind === 'delete' ? own._old : own._new;
  const key = identifying(operation);
  const rowKey = key.length === 0 ? 'null' : pick(`given.${row}`, key);
  const actor = startsEarly(operation) ? `given.${own._actor}` : indent(ACTOR, 2).trimStart();
  const entity = literal(operation.table.qualified);
  const kind = literal(operation.kind);
  const written = (variable: string): string => recorded(context, `given.${variable}`);
  const old = operation.kind === 'create' ? 'null' : written(own._old);
  const fresh = operation.kind === 'delete' ? 'null' : written(own._new);
  const audited = `${entity}, ${kind}, ${rowKey},
  ${actor},
  ${literal(fingerprint)}, ${old}, ${fresh}, ${elapsed(context)}`;
  const record =
    operation.security === 'definer'
      ? // One statement: each has a price of its own, and so has every variable between them.
        `with audit as (
  insert into ai.audit_log (relation, operation, row_key, actor, fingerprint, old_row, new_row, elapsed_us)
  values (${indent(audited, 2).trimStart()})
  returning id, row_key, actor
)
insert into ai.event_log (audit_id, topic, entity, operation, row_key, actor, payload)
select a.id, ${literal(`${operation.table.qualified}.${operation.kind}`)}, ${entity}, ${kind}, a.row_key, a.actor, ${written(row)}
from audit as a;`
      : // The caller may not write the audit trail; the recorder may, and lets itself be called only from here.
        `${own._actor} := ai_private.record(${audited});`;
  const whole = operation.returns.length === operation.visible.length;
  const answer = whole ? row : pick(row, operation.returns);
  const version = operation.returnsVersion ? ` || pg_catalog.jsonb_build_object('xmin', ${own._version})` : '';
  return `-- Audit and event, in the same transaction.
${record}

return ${answer}${maskedFields(context, row, operation.returns)}${version}${added(context)};`;
};

export interface ExplainedStatement {
  readonly sql: string;
  /** The inputs that stand for $1, $2, …, with their types; "inputs" and "options" are the JSON themselves. */
  readonly parameters: readonly {
    readonly name: string;
    readonly type: string;
    readonly from: 'input' | 'inputs' | 'options' | 'actor';
  }[];
}

/** The statement with parameters in place of the function's variables, for EXPLAIN. */
export const explainedStatement = (context: Context): ExplainedStatement => {
  const { operation, own } = context;
  const parameters: ExplainedStatement['parameters'][number][] = [];
  const sources = new Map<string, ExplainedStatement['parameters'][number]>([
    [own._in, { name: 'inputs', type: 'jsonb', from: 'inputs' }],
    [own._opt, { name: 'options', type: 'jsonb', from: 'options' }],
    [own._actor, { name: 'actor', type: 'text', from: 'actor' }],
    ...operation.inputs.map(
      (input) =>
        [ident(input.column.name), { name: input.column.name, type: input.column.base.name, from: 'input' }] as const,
    ),
  ]);
  const numbers = new Map<string, number>();
  const sql = changing(context).sql.replace(/\bgiven\.("(?:[^"]|"")+"|[a-z_][a-z0-9_]*)/g, (whole, name: string) => {
    const source = sources.get(name);
    if (source === undefined) return whole;
    if (!numbers.has(name)) numbers.set(name, parameters.push(source));
    return `$${numbers.get(name)}`;
  });
  return { sql, parameters };
};
