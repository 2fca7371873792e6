import { analyze } from '../analyze.ts';
import type { ColumnSnapshot } from '../catalog.ts';
import { readDeclaration } from '../declaration.ts';
import { error, hasErrors, suggest } from '../diagnostic.ts';
import { ident } from '../emit/sql.ts';
import type { FieldRules, OperationKind, TableDeclaration } from '../grammar.ts';
import type { Operation, Privilege } from '../ir.ts';
import { privilegesOf } from '../privileges.ts';
import { isSystemSchema } from '../system.ts';
import { aValue, type Shape } from './scope.ts';
import type { ActionTable } from './snapshot.ts';
import { fits, objectOf, type Place, type Value, valueAt } from './values.ts';

/** Operations that a step needs and no table declares: the action has them for itself. */
export interface OwnOperation {
  readonly operation: Operation;
  readonly privileges: readonly Privilege[];
}

export type Kind = Exclude<OperationKind, 'fetch'>;

/** The table of a step, if operations of actions may touch it. */
export const tableAt = ({ action, findings }: Place, at: string, written: string): ActionTable | undefined => {
  const table = action.tables[written];
  if (table === undefined || table === null) {
    findings.diagnostics.push(error(at, `there is no table ${written}`, 'write its schema: "shop.users"'));
    return undefined;
  }
  if (isSystemSchema(table.schema)) {
    findings.diagnostics.push(
      error(
        at,
        `${table.qualified} is the system's own, and no table for steps`,
        '{"emit": …} writes events, {"send_email": …} mails; what else you need of it is SQL of your own, with rights that you grant yourself',
      ),
    );
    return undefined;
  }
  if (table.kind === 'v' || table.kind === 'm') {
    findings.diagnostics.push(error(at, `${table.qualified} is a view`, 'name the table behind it'));
    return undefined;
  }
  if (table.untrustedOwners !== null && action.security === 'definer') {
    findings.diagnostics.push(
      error(
        at,
        `what belongs to ${table.qualified} would run as ai_owner, so its owner must be a member of ai_admin, and ${table.untrustedOwners} is not`,
        `grant ai_admin to ${table.untrustedOwners}`,
      ),
    );
    return undefined;
  }
  return table;
};

/** What a table's comments say of its columns, whatever it declares. */
const declarationOf = (table: ActionTable) => readDeclaration(table).declaration;

/** All that comments and policies say of a column's values. */
const rulesOf = (table: ActionTable, name: string): readonly FieldRules[] => {
  const declared = declarationOf(table);
  const fields = [
    declared?.table.fields,
    ...dataPolicies(table).map(({ definition }) => (definition as { fields?: Record<string, FieldRules> }).fields),
  ];
  return [declared?.columns.get(name), ...fields.map((each) => each?.[name])].filter((rules) => rules !== undefined);
};

const dataPolicies = (table: ActionTable) => (table.policies ?? []).filter(({ kind }) => kind === 'data');

const isEncrypted = (table: ActionTable, name: string): boolean =>
  rulesOf(table, name).some(({ encrypt }) => encrypt !== undefined);

/** What steps see of a row unless they name columns. */
export const visibleColumns = (table: ActionTable): readonly ColumnSnapshot[] =>
  table.columns.filter(({ name }) =>
    rulesOf(table, name).every(
      (rules) => rules.protected !== true && rules.hash === undefined && rules.encrypt === undefined,
    ),
  );

/** Only operations read what is encrypted: a step that names it would see, compare or sort what is stored. */
export const refuseEncrypted = (
  { findings }: Place,
  at: string,
  table: ActionTable,
  names: readonly string[],
): void => {
  for (const name of names.filter((each) => isEncrypted(table, each)))
    findings.diagnostics.push(
      error(
        at,
        `${JSON.stringify(name)} is encrypted, so it can be neither found by, sorted by, nor read here`,
        'take it out; the answers of operations have it as their caller may see it',
      ),
    );
};

/** Names that stand in SQL outside of its literals and parameters. */
export const namesIn = (sql: string): readonly string[] =>
  sql.replaceAll(/'[^']*'/g, ' ').match(/(?<![:\w$])[A-Za-z_][\w$]*|(?<=")[^"]+(?=")/g) ?? [];

export const rowShape = (columns: readonly ColumnSnapshot[]): Shape => ({
  kind: 'object',
  fields: new Map(columns.map((column) => [column.name, aValue(column.base)])),
  closed: true,
});

/** The operation that a step calls: the table's own where it declares one, else one that is compiled for the action alone. */
const operationOf = (
  place: Place,
  at: string,
  table: ActionTable,
  kind: Kind,
  key: readonly string[],
  written: readonly string[],
  functionName: string,
): { readonly operation: Operation; readonly own?: OwnOperation } | undefined => {
  const { action, findings } = place;
  const declared = declarationOf(table);
  const state = table.operations[kind];
  if (state !== undefined && declared !== undefined) {
    const operation = analyze(table, declared).unit.operations.find((each) => each.kind === kind);
    if (operation === undefined || state !== 'ready') {
      findings.diagnostics.push(
        error(
          at,
          `${kind} on ${table.qualified} is not in force`,
          `see: select problems from ai.declaration where qualified_name = '${table.qualified}'`,
        ),
      );
      return undefined;
    }
    return { operation };
  }
  const columns = table.columns.map((column) => column.name);
  const unknown = [...key, ...written].filter((name) => !columns.includes(name));
  if (unknown.length > 0) {
    for (const name of unknown)
      findings.diagnostics.push(
        error(`${at}.${name}`, `${JSON.stringify(name)} is not a column of ${table.qualified}`, suggest(name, columns)),
      );
    return undefined;
  }
  const lists = kind === 'delete' ? {} : { optional: written.filter((name) => !key.includes(name)) };
  const declaration: TableDeclaration = {
    operations: { [kind]: { ...lists, ...(kind === 'create' ? {} : { key: [...key] }), security: action.security } },
    ...(declared?.table.fields === undefined ? {} : { fields: declared.table.fields }),
  };
  // Hooks and policies are about declared operations; what becomes of values is about the table.
  const { hooks, policies, ...rest } = table;
  const data = dataPolicies(table);
  const plain = data.length === 0 ? rest : { ...rest, policies: data };
  const analysis = analyze(plain, { table: declaration, columns: declared?.columns ?? new Map() });
  for (const each of analysis.diagnostics)
    findings.diagnostics.push({
      ...each,
      path: each.path.replace(`comment on table ${table.qualified}: operations.${kind}`, at),
    });
  findings.probes.push(...analysis.probes);
  const [found] = analysis.unit.operations;
  if (found === undefined || hasErrors(analysis.diagnostics)) return undefined;
  const operation: Operation = { ...found, jsonFunctionName: functionName };
  return {
    operation,
    own: { operation, privileges: privilegesOf({ table: plain, operations: [operation], rowSecurity: [] }) },
  };
};

export interface Change {
  /** The call of the operation, as an SQL expression. */
  readonly call: string;
  readonly shape: Shape;
  readonly own?: OwnOperation;
}

/** A step that creates, changes or deletes a row. */
export const changeAt = (
  place: Place,
  at: string,
  kind: Kind,
  step: {
    readonly table: string;
    readonly key: Readonly<Record<string, unknown>>;
    readonly values: Readonly<Record<string, unknown>>;
  },
  functionName: string,
): Change | undefined => {
  const { findings } = place;
  const table = tableAt(place, `${at}.${kind}`, step.table);
  const entries = [
    ...Object.entries(step.key).map(
      ([name, value]) => [name, valueAt(place, `${at}.key.${name}`, value), 'key'] as const,
    ),
    ...Object.entries(step.values).map(
      ([name, value]) => [name, valueAt(place, `${at}.values.${name}`, value), 'values'] as const,
    ),
  ];
  if (table === undefined) return undefined;
  const keyNames = Object.keys(step.key);
  const conflict =
    kind === 'upsert' && keyNames.length === 0
      ? Object.keys(step.values).filter((name) =>
          table.uniqueIndexes.find((index) => index.primary === true)?.columns?.includes(name),
        )
      : keyNames;
  const found = operationOf(place, at, table, kind, conflict, Object.keys(step.values), functionName);
  if (found === undefined) return undefined;
  const { operation } = found;
  const inputs = new Map(operation.inputs.filter((input) => input.offered).map((input) => [input.column.name, input]));
  const given: [string, Value][] = [];
  for (const [name, value, list] of entries) {
    const input = inputs.get(name);
    if (input === undefined) {
      findings.diagnostics.push(
        error(
          `${at}.${list}.${name}`,
          `${JSON.stringify(name)} is not an input of ${kind} on ${table.qualified}`,
          suggest(name, [...inputs.keys()]),
        ),
      );
      continue;
    }
    if (value === undefined) continue;
    if (!fits(value, input.column))
      findings.diagnostics.push(
        error(
          `${at}.${list}.${name}`,
          `it is ${describe(value)}, and ${JSON.stringify(name)} is of type ${input.column.type}`,
          'give a value of that type, or {"sql": "…", "type": "…"}',
        ),
      );
    given.push([name, value]);
  }
  const names = entries.map(([name]) => name);
  for (const input of inputs.values())
    if (input.required && !names.includes(input.column.name))
      findings.diagnostics.push(
        error(
          at,
          `${kind} on ${table.qualified} needs ${JSON.stringify(input.column.name)}`,
          `add it to "${input.isKey && kind !== 'upsert' ? 'key' : 'values'}"`,
        ),
      );
  return {
    call: `ai_gen.${ident(operation.jsonFunctionName)}(${objectOf(given)}, '{}')`,
    shape: rowShape(operation.returns),
    ...(found.own === undefined ? {} : { own: found.own }),
  };
};

export const describe = (value: Value): string =>
  'constant' in value
    ? JSON.stringify(value.constant)
    : value.shape.kind === 'value'
      ? `of type ${value.shape.type.name}`
      : 'JSON';
