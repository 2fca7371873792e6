import type { ColumnSnapshot, ConstraintSnapshot, TableSnapshot } from './catalog.ts';
import type { Declaration } from './declaration.ts';
import { type Diagnostic, error, suggest, warning } from './diagnostic.ts';
import { ident, isMisread, jsonb, literal } from './emit/sql.ts';
import { familyOf } from './families.ts';
import { type FieldRules, OPERATION_KINDS, type OperationDeclaration, type OperationKind } from './grammar.ts';
import { hooksOf } from './hooks.ts';
import type { Input, Operation, Probe, TableUnit } from './ir.ts';
import { resolveKey, resolveVersion } from './key.ts';
import { functionNames } from './names.ts';
import type { Found } from './policy/access.ts';
import { HANDLING_WORDS } from './policy/definitions.ts';
import { combineRules, conflictsOf } from './policy/fields.ts';
import { checkBlindness, resolveHandling } from './policy/handling.ts';
import { NO_POLICIES } from './policy/ir.ts';
import { accessProbes } from './policy/probe.ts';
import { rateProbes } from './policy/rate.ts';
import { fieldSources, readPolicies } from './policy/read.ts';
import { idlePolicies, resolvePolicies } from './policy/resolve.ts';
import { rowSecurityOf } from './policy/row-security.ts';
import { checkRules, probesOf, violationsOf } from './rules.ts';
import { isSystemSchema } from './system.ts';

export interface Analysis {
  readonly unit: TableUnit;
  readonly diagnostics: readonly Diagnostic[];
  readonly probes: readonly Probe[];
}

/** Resolves a declaration against its table. Goes on after every error, so that all of them are reported at once. */
export const analyze = (table: TableSnapshot, declaration: Declaration): Analysis => {
  const diagnostics: Diagnostic[] = [];
  const probes: Probe[] = [];
  const root = `comment on table ${table.qualified}`;
  const columns = new Map(table.columns.map((column) => [column.name, column]));
  const columnNames = table.columns.map((column) => column.name);

  if (table.kind !== 'r' && table.kind !== 'p' && table.kind !== 'f') {
    diagnostics.push(
      error(root, 'operations can be declared on tables only', 'declare them on the table behind the view'),
    );
  }
  if (isSystemSchema(table.schema))
    diagnostics.push(
      error(
        root,
        `what is in ${table.schema} is the system's own, and has no operations`,
        'declare tables of your own',
      ),
    );
  for (const schema of table.schemas.filter((name) => name === 'ai_private' || name === 'ai_gen')) {
    // Their text stands in the generated function, which may call what nobody else may.
    diagnostics.push(
      error(root, `a default or a CHECK calls a function in ${schema}`, 'take it out: that schema is pg_ai’s own'),
    );
  }

  const known = (path: string, names: readonly string[]): ColumnSnapshot[] => {
    const found: ColumnSnapshot[] = [];
    names.forEach((name, i) => {
      const column = columns.get(name);
      if (column === undefined)
        diagnostics.push(
          error(path, `${JSON.stringify(name)} is not a column of ${table.qualified}`, suggest(name, columnNames)),
        );
      else if (names.indexOf(name) !== i) diagnostics.push(error(path, `${JSON.stringify(name)} is listed twice`));
      else found.push(column);
    });
    return found;
  };
  const checkFields = (path: string, fields: Readonly<Record<string, FieldRules>> | undefined): void => {
    for (const [name, rules] of Object.entries(fields ?? {})) {
      const [column] = known(path, [name]);
      if (column === undefined) continue;
      diagnostics.push(...checkRules(`${path}.${name}`, column, familyOf(column.base), rules));
      probes.push(...probesOf(`${path}.${name}`, rules));
    }
  };
  const checkRoles = (path: string, roles: readonly string[] | undefined): void => {
    for (const role of roles ?? []) {
      probes.push({
        path,
        sql: `select ${literal(ident(role))}::pg_catalog.regrole`,
        reason: `there is no role ${JSON.stringify(role)}`,
        suggestion: `create it, or use a role that is there; roles also need the rights of ai_user: grant ai_user to ${ident(role)}`,
      });
    }
  };

  const hooks = hooksOf(table);
  diagnostics.push(...hooks.diagnostics);
  const policies = readPolicies(table, declaration.table);
  diagnostics.push(...policies.diagnostics);
  diagnostics.push(
    ...idlePolicies(
      policies,
      OPERATION_KINDS.filter((kind) => declaration.table.operations[kind] !== undefined),
    ),
  );
  const found: Found = { diagnostics: [], probes: [] };
  const rowSecurity = rowSecurityOf(table, policies.access, found);

  checkFields(`${root}: fields`, declaration.table.fields);
  checkRoles(`${root}: roles`, declaration.table.roles);
  for (const [name, rules] of declaration.columns) {
    const path = `comment on column ${table.qualified}.${name}`;
    const column = columns.get(name);
    if (column === undefined) continue;
    diagnostics.push(
      ...checkRules(path, column, familyOf(column.base), rules).map((d) => ({
        ...d,
        path: d.path.replace(`${path}.`, `${path}: `),
      })),
    );
    probes.push(...probesOf(path, rules));
  }
  for (const { path, rule, everywhere } of [...policies.input, ...policies.data]) {
    // What is about every table is about those of its fields that this table has.
    const present = Object.entries(rule.fields).filter(([name]) => !everywhere || columns.has(name));
    checkFields(`${path}.fields`, Object.fromEntries(present) as Record<string, FieldRules>);
  }
  const rulesOf = (name: string, own: OperationDeclaration, kind?: OperationKind): FieldRules => {
    const declared = { ...declaration.columns.get(name), ...declaration.table.fields?.[name], ...own.fields?.[name] };
    const combined = combineRules(declared, fieldSources(policies, name, kind));
    const column = columns.get(name);
    found.diagnostics.push(...combined.diagnostics);
    // Only what they say together: what one says alone is told of that one.
    if (combined.rules !== declared && column !== undefined)
      found.diagnostics.push(
        ...conflictsOf(`policies on ${table.qualified}.${ident(name)}`, column, combined.rules).filter(
          ({ reason }) => !diagnostics.some((each) => each.reason === reason && each.path.includes(`.${name}`)),
        ),
      );
    // What is hashed is nobody's to see, not even as a hash.
    return combined.rules.hash === undefined ? combined.rules : { ...combined.rules, protected: true };
  };
  const tableRules = (name: string): FieldRules => rulesOf(name, {});
  for (const { path, operation } of policies.data.filter((source) => source.operation !== null))
    found.diagnostics.push(
      error(
        path,
        `what becomes of a value is the same in every operation, not in ${operation} alone`,
        'leave "operation" empty',
      ),
    );
  const handling = resolveHandling(table, tableRules, found);
  const visible = table.columns.filter((column) => tableRules(column.name).protected !== true);

  const operations: Operation[] = [];
  for (const kind of OPERATION_KINDS) {
    const declared = declaration.table.operations[kind];
    if (declared === undefined) continue;
    const own: OperationDeclaration = declared === true ? {} : declared;
    const path = `${root}: operations.${kind}`;
    checkFields(`${path}.fields`, own.fields);
    checkRoles(`${path}.roles`, own.roles);
    for (const [name, rules] of Object.entries(own.fields ?? {})) {
      for (const word of HANDLING_WORDS.filter((each) => rules[each] !== undefined))
        diagnostics.push(
          error(
            `${path}.fields.${name}.${word}`,
            'what becomes of a value is the same in every operation',
            'move it to the table’s "fields" or to COMMENT ON COLUMN',
          ),
        );
      if (rules.protected !== undefined)
        diagnostics.push(
          error(
            `${path}.fields.${name}.protected`,
            'a field is protected in every operation or in none',
            'move it to the table’s "fields" or to COMMENT ON COLUMN',
          ),
        );
    }

    const key = kind === 'create' ? [] : resolveKey(kind, path, table, own, known, diagnostics);
    if (kind === 'upsert') {
      for (const column of key.filter((candidate) => candidate.identity === 'a' || candidate.generated !== undefined)) {
        diagnostics.push(
          error(
            `${path}.key`,
            `${JSON.stringify(column.name)} cannot be written, so no row can be inserted with a given key`,
            'name another unique key',
          ),
        );
      }
    }
    const isKey = (column: ColumnSnapshot) => key.includes(column);
    const writes = kind === 'create' || kind === 'update' || kind === 'upsert';
    const mayWrite = (column: ColumnSnapshot) => column.generated === undefined && column.identity !== 'a';

    const required = new Set(known(`${path}.required`, own.required ?? []));
    const listed =
      own.optional === '*'
        ? table.columns.filter((column) => mayWrite(column) && !isKey(column) && column.name !== own.version)
        : known(`${path}.optional`, own.optional ?? []);
    for (const column of new Set([...required, ...(own.optional === '*' ? [] : listed)])) {
      const list = required.has(column) ? 'required' : 'optional';
      if (writes && !mayWrite(column) && !isKey(column))
        diagnostics.push(
          error(
            `${path}.${list}`,
            `${JSON.stringify(column.name)} cannot be written: it is ${column.generated === undefined ? 'an identity column that is always generated' : 'computed from other columns'}`,
            'take it from the list',
          ),
        );
      if (kind === 'update' && isKey(column) && list === 'optional')
        diagnostics.push(
          error(
            `${path}.optional`,
            `${JSON.stringify(column.name)} finds the row, so it is always required`,
            'take it from the list',
          ),
        );
      if (list === 'required' && own.optional !== '*' && listed.includes(column))
        diagnostics.push(
          error(
            path,
            `${JSON.stringify(column.name)} is both required and optional`,
            'keep it in one of the two lists',
          ),
        );
    }
    const inserts = kind === 'create' || kind === 'upsert';
    const defaultOf = new Map<string, string>();
    for (const [name, value] of Object.entries(own.defaults ?? {})) {
      const [column] = known(`${path}.defaults`, [name]);
      if (column === undefined) continue;
      if (required.has(column))
        diagnostics.push(warning(`${path}.defaults.${name}`, 'never used: the input is required'));
      const sql = defaultLiteral(column, value);
      defaultOf.set(name, sql);
      probes.push({
        path: `${path}.defaults.${name}`,
        sql: `select ${sql}`,
        reason: `${JSON.stringify(value)} is not a value of type ${column.type}`,
        suggestion: 'write it as the column’s type reads it',
      });
    }

    const inputs: Input[] = [];
    for (const column of [...key, ...table.columns.filter((candidate) => !isKey(candidate))]) {
      const demanded =
        inserts &&
        column.notNull &&
        column.default === undefined &&
        column.identity === undefined &&
        column.generated === undefined &&
        !defaultOf.has(column.name);
      const given = required.has(column) || listed.includes(column);
      // Values that the declaration itself supplies are written although no caller may give them.
      const supplied = inserts && defaultOf.has(column.name);
      if (!(isKey(column) || demanded || given || supplied)) continue;
      if (!given && !isKey(column) && !demanded && !supplied) continue;
      const rules = rulesOf(column.name, own, kind);
      const family = familyOf(column.base);
      const columnDefault =
        defaultOf.get(column.name) ??
        (column.default === undefined ? undefined : `(${column.default})::${column.base.name}`);
      inputs.push({
        column,
        family,
        rules,
        required: isKey(column) || required.has(column) || demanded,
        nullable: !(column.notNull || column.base.domainNotNull === true || isKey(column)),
        isKey: isKey(column),
        offered: isKey(column) || required.has(column) || demanded || listed.includes(column),
        ...(columnDefault === undefined ? {} : { default: columnDefault }),
        violations: violationsOf(column, family, rules),
      });
    }
    if (kind === 'update' && inputs.every((input) => input.isKey)) {
      diagnostics.push(
        error(
          path,
          'an update with nothing to change',
          'list what may change: "optional": ["…"], or "*" for every column',
        ),
      );
    }
    const returnsVersion = Array.isArray(own.returns) && own.returns.includes('xmin');
    const returns =
      own.returns === undefined || own.returns === '*'
        ? visible.filter((column) => tableRules(column.name).returned !== false)
        : known(
            `${path}.returns`,
            own.returns.filter((name) => name !== 'xmin'),
          );
    for (const column of returns) {
      if (tableRules(column.name).returned === false)
        diagnostics.push(
          error(`${path}.returns`, `${JSON.stringify(column.name)} is never returned`, 'take it from the list'),
        );
      if (!visible.includes(column))
        diagnostics.push(
          error(
            `${path}.returns`,
            `${JSON.stringify(column.name)} is protected, so it is never returned`,
            'take it from the list',
          ),
        );
    }
    const version = resolveVersion(path, own, known, diagnostics);
    const ownHooks = hooks.of(kind, own.hooks ?? [], `${path}.hooks`);
    diagnostics.push(...ownHooks.diagnostics);
    const names = functionNames(table.schema, table.name, kind);
    // A CHECK is about what is written, and of a hashed or encrypted input that is not what is given.
    const unhashed = new Set(
      inputs
        .filter(({ rules }) => rules.hash === undefined && rules.encrypt === undefined)
        .map((input) => input.column.name),
    );
    if (own.security === 'invoker' && handling.encrypted.length > 0)
      diagnostics.push(
        error(
          `${path}.security`,
          `an operation with its caller's rights cannot read the key of ${handling.encrypted.map(({ column }) => ident(column.name)).join(', ')}`,
          'take "security" away, and say who may what by policies',
        ),
      );
    const operation: Operation = {
      kind,
      table,
      functionName: names.typed,
      jsonFunctionName: names.json,
      bulkFunctionName: names.bulk,
      description: own.description ?? '',
      roles: own.roles ?? declaration.table.roles ?? ['ai_user'],
      security: own.security ?? 'definer',
      inputs,
      key,
      returns,
      returnsVersion,
      visible,
      ...(version === undefined ? {} : { version }),
      checks: writes ? table.constraints.filter((constraint) => isJudgedEarly(constraint, unhashed)) : [],
      hooks: ownHooks.hooks,
      afterCommit: ownHooks.afterCommit,
      policy: NO_POLICIES,
      handling,
    };
    const resolved = { ...operation, policy: resolvePolicies(policies, operation, found) };
    checkBlindness(resolved, found);
    found.probes.push(...accessProbes(resolved), ...rateProbes(resolved));
    operations.push(resolved);
  }
  // What is said of all operations is found once for each of them.
  diagnostics.push(...distinct(found.diagnostics));
  probes.push(...distinct(found.probes));
  const description = declaration.table.description;
  return {
    unit: { table, operations, rowSecurity, ...(description === undefined ? {} : { description }) },
    diagnostics,
    probes,
  };
};

const distinct = <T extends { readonly path: string; readonly reason: string }>(all: readonly T[]): T[] => [
  ...new Map(all.map((each) => [`${each.path}\0${each.reason}`, each])).values(),
];

/** A CHECK whose columns are all inputs, and which names no column that a PL/pgSQL variable cannot stand for. */
const isJudgedEarly = (constraint: ConstraintSnapshot, inputs: ReadonlySet<string>): boolean =>
  constraint.kind === 'c' &&
  constraint.expression !== undefined &&
  (constraint.columns ?? []).length > 0 &&
  (constraint.columns ?? []).every((name) => inputs.has(name) && !isMisread(name));

/** A declared default as SQL of the column's type. */
export const defaultLiteral = (column: ColumnSnapshot, value: unknown): string => {
  if (value === null) return `null::${column.base.name}`;
  const family = familyOf(column.base);
  const type = column.base.domain ?? column.base.name;
  if (family.kind === 'json') return `${jsonb(value)}::${column.base.name}`;
  if (family.kind === 'list' || family.kind === 'object') {
    return `(select r.v from pg_catalog.jsonb_to_record(${jsonb({ v: value })}) as r (v ${type}))`;
  }
  return `${literal(typeof value === 'string' ? value : JSON.stringify(value))}::${type}`;
};
