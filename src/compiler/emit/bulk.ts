import type { Operation } from '../ir.ts';
import { judgesCalls } from '../policy/ir.ts';
import { brokenBy, emitSetGate, keyCondition, keyEquality, refusedCalls } from './access.ts';
import { ACTOR } from './actor.ts';
import { type Context, createContext, identifying, pick, rowObject, settings } from './context.ts';
import { hashesValues, maskedFields, recorded, storedInSets } from './handling.ts';
import { checkRules, shapeConditions, valueExpression, valueRules } from './inputs.ts';
import { boundsCalls } from './limits.ts';
import { countsSets, emitSetRates } from './rate.ts';
import { comment, dollarQuoted, ident, indent, literal, verbatim } from './sql.ts';
import { NO_START_PROC } from './start-proc.ts';
import { assignments, returnsOld } from './statement.ts';

/**
 * The same operation for many calls in one statement. It knows only "all of them are right": when any is not, or two touch the same row, it
 * raises PI198 or whatever the statement raises, and ai_private.bulk tries the halves, down to single calls, which say what is wrong.
 */
export const emitBulkFunction = (operation: Operation, fingerprint: string): string | undefined => {
  // An invoker may not write the audit trail, and sets of nothing need no speed: both go through single calls.
  if (operation.kind === 'fetch' || operation.security === 'invoker' || operation.inputs.length === 0) return undefined;
  // Hooks and limits are about one call each.
  if (operation.hooks.length > 0 || boundsCalls(operation.policy.limits)) return undefined;
  const context = createContext(operation, fingerprint);
  if (!countsSets(context) || hashesValues(context)) return undefined;
  const { own } = context;
  const judgesRows = operation.policy.written.length > 0;
  const rows = operation.kind === 'delete' ? 'o.old_row' : 'o.new_row';
  const key = identifying(operation);
  const entity = literal(operation.table.qualified);
  const kind = literal(operation.kind);
  const whole = operation.returns.length === operation.visible.length;
  const answer = `${whole ? rows : pick(rows, operation.returns)}${maskedFields(context, rows, operation.returns)}${operation.returnsVersion ? " || pg_catalog.jsonb_build_object('xmin', o.version)" : ''}`;
  const parts = [
    ...readInputs(context),
    ...changes(context),
    `outcome as materialized (
  select d.position, d.old_row, d.new_row, d.version, ${judgesRows ? 'd.broken, ' : ''}pg_catalog.nextval('ai.audit_id') as audit_id
  from done as d
  order by d.position
)`,
    `audited as (
  insert into ai.audit_log (id, relation, operation, row_key, actor, fingerprint, old_row, new_row)
  select o.audit_id, ${entity}, ${kind}, ${key.length === 0 ? 'null' : pick(rows, key)}, ${own._actor}, ${literal(fingerprint)}, ${recorded(context, 'o.old_row')}, ${recorded(context, 'o.new_row')}
  from outcome as o
)`,
    `emitted as (
  insert into ai.event_log (audit_id, topic, entity, operation, row_key, actor, payload)
  select o.audit_id, ${literal(`${operation.table.qualified}.${operation.kind}`)}, ${entity}, ${kind}, ${key.length === 0 ? 'null' : pick(rows, key)}, ${own._actor}, ${recorded(context, rows)}
  from outcome as o
)`,
  ];
  const gate = [emitSetRates(context), emitSetGate(context)].filter((part) => part !== '').join('\n');
  const body = `${comment(`Many calls of ${operation.jsonFunctionName} in one statement. Compiled from COMMENT ON TABLE ${operation.table.qualified} (${fingerprint}).`)}
#variable_conflict use_column
${judgesCalls(operation.policy) ? '<<given>>\n' : ''}declare
  ${own._actor} text := ${indent(ACTOR, 2).trimStart()};
  _answers jsonb;
  _count bigint;
${judgesRows ? '  _broken boolean;\n' : ''}begin
${indent(NO_START_PROC)}
${gate === '' ? '' : `${indent(gate)}\n`}${emitLocks(context)}  with ${indent(parts.join(',\n'), 2).trimStart()}
  select pg_catalog.count(*), pg_catalog.jsonb_agg(${answer} order by o.position)${judgesRows ? ', pg_catalog.count(o.broken) > 0' : ''}
  into _count, _answers${judgesRows ? ', _broken' : ''}
  from outcome as o;
  if _count <> pg_catalog.cardinality($1)${judgesRows ? ' or _broken' : ''} then
    raise exception using errcode = 'PI198', message = 'a set of calls is split';
  end if;
  return _answers;
end`;
  return `create or replace function ai_gen.${ident(operation.bulkFunctionName)}(inputs jsonb[])
returns jsonb
language plpgsql
volatile
security definer
${settings(operation.visible)}
as ${dollarQuoted(body)}`;
};

/**
 * Two sets that have rows in common wait for each other at the first of them and never crosswise, whatever the order of their inputs. What is
 * deleted may not be locked beforehand, which takes the right to update: there the rows are gone through in that order.
 */
const emitLocks = (context: Context): string => {
  const { operation, own } = context;
  if (operation.kind !== 'update' && operation.kind !== 'upsert') return '';
  const keys = operation.inputs.filter((input) => input.isKey);
  const read = keys.map((input) => `${valueExpression(`item.${own._in}`, input)} as ${ident(input.column.name)}`);
  return `  -- Rows are locked in the order of their keys.
  perform from ${operation.table.qualified} as t
  join (
    select ${read.join(', ')}
    from pg_catalog.unnest($1) as item (${own._in})
  ) as given on ${keyEquality(operation)}
  order by ${operation.key.map((column) => `t.${ident(column.name)}`).join(', ')}
  for no key update of t;
`;
};

/** The calls in order, their values as columns with the inputs' names, and whether anything is wrong with any. */
const readInputs = (context: Context): string[] => {
  const { operation, own } = context;
  const inserts = operation.kind === 'create' || operation.kind === 'upsert';
  const values = operation.inputs.map((input) => {
    const read = valueExpression(`item.${own._in}`, input);
    const fallback = inserts && input.default !== undefined ? verbatim(input.default) : undefined;
    const value = !input.offered
      ? (fallback ?? `null::${input.column.base.name}`)
      : fallback === undefined || input.required
        ? read
        : `case when item.${own._in} ? ${literal(input.column.name)} then ${read} else ${fallback} end`;
    return `${value} as ${ident(input.column.name)}`;
  });
  const wrong = [
    ...shapeConditions(context),
    ...[...valueRules(context), ...checkRules(context)].map((rule) => rule.condition),
    ...refusedCalls(context),
  ];
  return [
    `item as (
  select e.value as ${own._in}, e.position as ${own._key}
  from pg_catalog.unnest($1) with ordinality as e (value, position)
)`,
    `given as materialized (
  select item.${own._in}, item.${own._key},
    ${values.join(',\n    ')}
  from item${operation.kind === 'delete' ? `\n  order by ${operation.key.map((column) => ident(column.name)).join(', ')}` : ''}
)`,
    `verdict as materialized (
  select not exists (
    select from given
    where ${wrong.join('\n      or ')}
  ) as all_right
)`,
  ];
};

const ALL_RIGHT = '(select v.all_right from verdict as v)';

/** What is done to the table; ends in "done": position, old_row, new_row and version of each row that was touched. */
const changes = (context: Context): string[] => {
  const { operation } = context;
  const also = (alias: string): string => brokenColumn(context, alias);
  switch (operation.kind) {
    case 'create':
      return [...insert(context, ''), done(context, 'inserted')];
    case 'update':
      return [...update(context), done(context, 'updated')];
    case 'delete':
      return [remove(context), done(context, 'deleted')];
    default:
      // Rows that are there, then rows that are not. One that comes in between breaks the unique key, and is tried by itself.
      return [
        ...update(context),
        ...insert(
          context,
          `\n    and not exists (select from updated as u where u.position = given.${context.own._key})`,
        ),
        `done as (
  select u.position, u.old_row, u.new_row, u.version${also('u')} from updated as u
  union all
  select i.position, i.old_row, i.new_row, i.version${also('i')} from inserted as i
)`,
      ];
  }
};

const done = (context: Context, name: string): string =>
  `done as (\n  select x.position, x.old_row, x.new_row, x.version${brokenColumn(context, 'x')} from ${name} as x\n)`;

/** Policies about rows as they are written: the name of the first that is broken goes along with the row. */
const brokenColumn = ({ operation }: Context, alias: string): string =>
  operation.policy.written.length === 0 ? '' : `, ${alias}.broken`;

const judged = (context: Context, alias: string): string => {
  const broken = brokenBy(context, alias);
  return broken === undefined ? '' : `, ${broken} as broken`;
};

const version = (operation: Operation, alias: string): string =>
  operation.returnsVersion ? `${alias}.xmin::text` : 'null::text';

/** INSERT … SELECT … ORDER BY inserts, and so returns, in that order: rows are matched to calls by counting. */
const insert = (context: Context, also: string): string[] => {
  const { operation, own } = context;
  // RETURNING of an INSERT does not see where the values came from, so that policies are judged when a row has found its call again.
  const needed = judgedColumns(operation);
  const carried = (alias: string): string =>
    needed.map((name) => `, ${alias}.${ident(name)} as ${ident(`row.${name}`)}`).join('');
  const passed = needed.map((name) => `, n.${ident(`row.${name}`)}`).join('');
  const broken = brokenBy(context, 'c', (name) => ident(`row.${name}`));
  return [
    `new_row as (
  insert into ${operation.table.qualified} as t (${operation.inputs.map((input) => ident(input.column.name)).join(', ')})
  select ${operation.inputs.map((input) => storedInSets(context, input.column)).join(', ')}
  from given
  where ${ALL_RIGHT}${also}
  order by given.${own._key}
  returning ${rowObject('t', operation.visible)} as new_row, ${version(operation, 't')} as version${carried('t')}
)`,
    `counted as (
  select n.new_row, n.version${passed}, pg_catalog.row_number() over () as number from new_row as n
)`,
    `inserted as (
  select g.position, null::jsonb as old_row, c.new_row, c.version${broken === undefined ? '' : `, ${broken} as broken`}
  from counted as c
  join (
    select given.${own._key} as position, pg_catalog.row_number() over (order by given.${own._key}) as number
    from given
    where true${also}
  ) as g on g.number = c.number${broken === undefined ? '' : `\n  join given on given.${own._key} = g.position`}
)`,
  ];
};

const judgedColumns = ({ policy }: Operation): string[] => [
  ...new Set(policy.written.flatMap(({ expression }) => expression?.rows ?? [])),
];

const update = (context: Context): string[] => {
  const { operation, own } = context;
  const set = assignments(context, (column) => storedInSets(context, column));
  const first = ident(operation.key[0]?.name ?? '');
  const head = `update ${operation.table.qualified} as t
  set ${(set.length === 0 ? [`${first} = t.${first}`] : set).join(',\n      ')}`;
  if (returnsOld(operation)) {
    return [
      `updated as (
  ${head}
  from given
  where ${keyCondition(context)}
    and ${ALL_RIGHT}
  returning with (old as o, new as n) given.${own._key} as position, ${rowObject('o', operation.visible)} as old_row,
    ${rowObject('n', operation.visible)} as new_row, ${version(operation, 'n')} as version${judged(context, 'n')}
)`,
    ];
  }
  return [
    `locked as materialized (
  select given.${own._key} as position, ${rowObject('t', operation.visible)} as old_row
  from ${operation.table.qualified} as t
  join given on ${keyCondition(context)}
  for no key update of t
)`,
    `updated as (
  ${head}
  from given
  join locked as l on l.position = given.${own._key}
  where ${keyCondition(context)}
    and ${ALL_RIGHT}
  returning l.position, l.old_row, ${rowObject('t', operation.visible)} as new_row, ${version(operation, 't')} as version${judged(context, 't')}
)`,
  ];
};

const remove = (context: Context): string => {
  const { operation, own } = context;
  return `deleted as (
  delete from ${operation.table.qualified} as t
  using given
  where ${keyCondition(context)}
    and ${ALL_RIGHT}
  returning given.${own._key} as position, ${rowObject('t', operation.visible)} as old_row, null::jsonb as new_row, ${version(operation, 't')} as version
)`;
};
