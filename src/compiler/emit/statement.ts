import type { Operation } from '../ir.ts';
import { type Context, given, identifying, isPresent, keyCondition, pick, rowObject } from './context.ts';
import { givenList } from './inputs.ts';
import { ident, indent, jsonb, literal } from './sql.ts';

/** RETURNING can give the old row beside the new one since PostgreSQL 18; before, the old row is read and locked first. */
const returnsOld = (operation: Operation): boolean => operation.table.serverVersion >= 18;

const newRow = (context: Context): string => {
  const { operation, own } = context;
  const targets = [own._new];
  const values = [rowObject('t', operation.visible)];
  if (operation.returnsVersion) {
    targets.push(own._version);
    values.push('t.xmin::text');
  }
  return `returning ${values.join(',\n  ')}\n  into ${targets.join(', ')};`;
};

const bothRows = (context: Context): string => {
  const { operation, own } = context;
  const version = operation.returnsVersion
    ? { value: ',\n  n.xmin::text', target: `, ${own._version}` }
    : { value: '', target: '' };
  return `returning with (old as o, new as n) ${rowObject('o', operation.visible)},
  ${rowObject('n', operation.visible)}${version.value}
  into ${own._old}, ${own._new}${version.target};`;
};

/** Runs a statement so that a broken constraint is reported by the fields it is about. The subtransaction is only there for that. */
const guarded = (context: Context, statement: string): string => {
  const { operation, own } = context;
  const fields: Record<string, readonly string[]> = {};
  for (const constraint of operation.table.constraints) fields[constraint.name] = constraint.columns ?? [];
  for (const index of operation.table.uniqueIndexes) fields[index.name] = index.columns ?? index.reads ?? [];
  return `begin
${indent(statement)}
exception when integrity_constraint_violation then
  get stacked diagnostics ${own._constraint} = constraint_name, ${own._column} = column_name;
  perform ai_private.refuse_violation(${literal(operation.table.qualified)}, ${literal(operation.kind)}, ${jsonb(fields)}, sqlstate, ${own._constraint}, ${own._column}, sqlerrm);
end;`;
};

const lockOld = (context: Context): string => {
  const { operation, own } = context;
  return `select ${rowObject('t', operation.visible)} into ${own._old}
from ${operation.table.qualified} as t
where ${keyCondition(operation)}${versionCondition(context)}
for update;`;
};

const versionCondition = (context: Context): string => {
  const { operation, own } = context;
  if (operation.version === undefined) return '';
  const current =
    operation.version.kind === 'xmin' ? 't.xmin::text' : `t.${ident(operation.version.column.name)}::text`;
  // Compared as text: what the caller read is what the caller sends.
  return `\n  and (not given.${own._opt} ? 'expected_version' or ${versionAsJson(operation, current)} = given.${own._opt} ->> 'expected_version')`;
};

const versionAsJson = (operation: Operation, current: string): string =>
  operation.version?.kind === 'column'
    ? `pg_catalog.to_jsonb(t.${ident(operation.version.column.name)}) #>> '{}'`
    : current;

/** Why the statement touched nothing: there is no such row, or it has changed meanwhile. */
const nothingMatched = (context: Context): string => {
  const { operation, own } = context;
  const label = `${literal(operation.table.qualified)}, ${literal(operation.kind)}`;
  const key = `pg_catalog.jsonb_build_object(${operation.key.map((column) => `${literal(column.name)}, given.${own._in} -> ${literal(column.name)}`).join(', ')})`;
  const changed =
    operation.version === undefined
      ? ''
      : `
  if ${own._opt} ? 'expected_version' then
    select ${versionAsJson(operation, 't.xmin::text')} into ${own._version} from ${operation.table.qualified} as t where ${keyCondition(operation)};
    if found then
      perform ai_private.refuse_stale(${label}, ${key}, ${own._opt} ->> 'expected_version', ${own._version});
    end if;
  end if;`;
  return `${changed}
  perform ai_private.refuse_unmatched(${label}, ${key});`;
};

const columnList = (operation: Operation): string =>
  operation.inputs.map((input) => ident(input.column.name)).join(', ');

const insertHead = (operation: Operation): string =>
  operation.inputs.length === 0
    ? `insert into ${operation.table.qualified} as t default values`
    : `insert into ${operation.table.qualified} as t (${columnList(operation)})\nvalues (${givenList(operation.inputs)})`;

const create = (
  context: Context,
): string => `${guarded(context, `${insertHead(context.operation)}\n${newRow(context)}`)}
if ${context.own._new} is null then
  perform ai_private.refuse_suppressed(${literal(context.operation.table.qualified)}, 'create');
end if;`;

const update = (context: Context): string => {
  const { operation, own } = context;
  const assignments = operation.inputs
    .filter((input) => !input.isKey)
    .map((input) => {
      const name = ident(input.column.name);
      return input.required
        ? `${name} = ${given(input.column)}`
        : `${name} = case when ${isPresent(context, input)} then ${given(input.column)} else t.${name} end`;
    });
  if (operation.version?.kind === 'column')
    assignments.push(`${ident(operation.version.column.name)} = ${operation.version.next}`);
  const head = `update ${operation.table.qualified} as t\nset ${assignments.join(',\n    ')}\nwhere ${keyCondition(operation)}`;
  if (returnsOld(operation)) {
    return `${guarded(context, `${head}${versionCondition(context)}\n${bothRows(context)}`)}
if ${own._new} is null then${nothingMatched(context)}
end if;`;
  }
  return `${lockOld(context)}
if ${own._old} is null then${nothingMatched(context)}
end if;
${guarded(context, `${head}\n${newRow(context)}`)}
if ${own._new} is null then
  perform ai_private.refuse_suppressed(${literal(operation.table.qualified)}, 'update');
end if;`;
};

const remove = (context: Context): string => {
  const { operation, own } = context;
  const version = operation.returnsVersion
    ? { value: ', t.xmin::text', target: `, ${own._version}` }
    : { value: '', target: '' };
  return `${guarded(
    context,
    `delete from ${operation.table.qualified} as t
where ${keyCondition(operation)}${versionCondition(context)}
returning ${rowObject('t', operation.visible)}${version.value} into ${own._old}${version.target};`,
  )}
if ${own._old} is null then${nothingMatched(context)}
end if;`;
};

const upsert = (context: Context): string => {
  const { operation, own } = context;
  const changes = operation.inputs
    .filter((input) => !input.isKey)
    .map((input) => {
      const name = ident(input.column.name);
      if (input.required) return `${name} = excluded.${name}`;
      return input.offered
        ? `${name} = case when ${isPresent(context, input)} then excluded.${name} else t.${name} end`
        : '';
    })
    .filter((change) => change !== '');
  // DO NOTHING would return no row, so a row without anything to change is written as it is.
  const first = ident(operation.key[0]?.name ?? '');
  const statement = `${insertHead(operation)}
on conflict (${operation.key.map((column) => ident(column.name)).join(', ')}) do update
set ${changes.length === 0 ? `${first} = excluded.${first}` : changes.join(',\n    ')}
${returnsOld(operation) ? bothRows(context) : newRow(context)}`;
  const suppressed = `
if ${own._new} is null then
  perform ai_private.refuse_suppressed(${literal(operation.table.qualified)}, 'upsert');
end if;`;
  if (!returnsOld(operation)) return `${lockOld(context)}\n${guarded(context, statement)}${suppressed}`;
  // For a row that was inserted, OLD is a row of nulls.
  const inserted = operation.key.find((column) => operation.visible.includes(column));
  const clear =
    inserted === undefined
      ? ''
      : `
if ${own._old} -> ${literal(inserted.name)} = 'null' then
  ${own._old} := null;
end if;`;
  return guarded(context, statement) + suppressed + clear;
};

const fetch = (context: Context): string => {
  const { operation, own } = context;
  return `select ${rowObject('t', operation.returns)}${operation.returnsVersion ? ` || pg_catalog.jsonb_build_object('xmin', t.xmin::text)` : ''}
  into ${own._result}
from ${operation.table.qualified} as t
where ${keyCondition(operation)};
return ${own._result};`;
};

/** The statement itself; afterwards the old and the new row are at hand as JSON without protected fields. */
export const emitStatement = (context: Context): string => {
  const body = { create, update, delete: remove, upsert, fetch }[context.operation.kind](context);
  return `-- The statement.\n${body}`;
};

/** Who acts: what the application says, else the user of the verified token that PostgREST passes on, else the role. */
const ACTOR = `coalesce(
  nullif(pg_catalog.current_setting('pg_ai.actor', true), ''),
  nullif(pg_catalog.current_setting('request.jwt.claims', true), '')::jsonb ->> 'sub',
  nullif(pg_catalog.current_setting('role', true), 'none'),
  session_user)`;

/** The audit row, the event row and the answer. */
export const emitRecord = (context: Context): string => {
  const { operation, own, fingerprint } = context;
  const row = operation.kind === 'delete' ? own._old : own._new;
  const key = identifying(operation);
  const entity = literal(operation.table.qualified);
  const old = operation.kind === 'create' ? 'null' : own._old;
  const fresh = operation.kind === 'delete' ? 'null' : own._new;
  const qualified = (variable: string) => (variable === 'null' ? variable : `given.${variable}`);
  const record =
    operation.security === 'definer'
      ? `insert into ai.audit_log (relation, operation, row_key, actor, fingerprint, old_row, new_row)
values (${entity}, ${literal(operation.kind)}, given.${own._key}, given.${own._actor}, ${literal(fingerprint)}, ${qualified(old)}, ${qualified(fresh)});
insert into ai.event_log (topic, row_key, actor, payload)
values (${literal(`${operation.table.qualified}.${operation.kind}`)}, given.${own._key}, given.${own._actor}, given.${row});`
      : // The caller may not write the audit trail; the recorder may, and lets itself be called only from here.
        `${own._actor} := ai_private.record(${entity}, ${literal(operation.kind)}, ${own._key}, ${own._actor}, ${literal(fingerprint)}, ${old}, ${fresh});`;
  const whole = operation.returns.length === operation.visible.length;
  const answer = whole ? row : pick(row, operation.returns);
  const version = operation.returnsVersion ? ` || pg_catalog.jsonb_build_object('xmin', ${own._version})` : '';
  return `-- Audit and event, in the same transaction.
${own._actor} := ${ACTOR};
${key.length === 0 ? '' : `${own._key} := ${pick(row, key)};\n`}${record}

return ${answer}${version};`;
};
