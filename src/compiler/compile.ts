import { analyze } from './analyze.ts';
import type { TableSnapshot } from './catalog.ts';
import { readDeclaration } from './declaration.ts';
import { type Diagnostic, hasErrors } from './diagnostic.ts';
import { emitBulkFunction } from './emit/bulk.ts';
import { describeOperation, emitJsonFunction, emitTypedFunction } from './emit/functions.ts';
import { type OperationPlan, planOf } from './emit/plan.ts';
import { ident } from './emit/sql.ts';
import { hookFunctions } from './hooks.ts';
import type { Operation, Privilege, Probe } from './ir.ts';
import type { RowSecurity } from './policy/row-security.ts';
import { privilegesOf } from './privileges.ts';
import { inputSchema, type JsonSchema, outputSchema } from './schema.ts';

export interface CompileInput {
  readonly table: TableSnapshot;
  /** Names what the functions were compiled from; the audit trail carries it. */
  readonly fingerprint: string;
}

/** What a host hands to `ai_private.apply_compiled`. */
export interface Compiled {
  /** Whether the table declares operations at all. */
  readonly declares: boolean;
  readonly declaration: unknown;
  readonly diagnostics: readonly Diagnostic[];
  readonly probes: readonly Probe[];
  readonly privileges: readonly Privilege[];
  readonly operations: readonly CompiledOperation[];
  /** Absent where no policy asks for row-level security. */
  readonly rowSecurity?: readonly RowSecurity[];
}

export interface CompiledOperation {
  readonly operation: string;
  readonly functionName: string;
  readonly typedFunctionName: string;
  readonly roles: readonly string[];
  /** Functions in ai_gen that run with the caller's rights, so that the caller must be allowed to call them; absent where there are none. */
  readonly helpers?: readonly string[];
  readonly description: string;
  readonly inputSchema: JsonSchema;
  readonly outputSchema: JsonSchema;
  /** The function that does the work. */
  readonly jsonFunction: string;
  /** The same with typed parameters; absent for tables with too many columns. */
  readonly typedFunction?: string;
  /** The same for many calls; absent where there is none. */
  readonly bulkFunctionName: string;
  readonly bulkFunction?: string;
  /** What ai.explain_mutation tells: the checks in order, and the statement. */
  readonly plan: OperationPlan;
  /** Comment and, by apply, grants on both. */
  readonly comment: string;
}

const compileOperation = (operation: Operation, fingerprint: string): CompiledOperation => {
  const typed = emitTypedFunction(operation);
  const bulk = emitBulkFunction(operation, fingerprint);
  const helpers = operation.security === 'invoker' ? operation.hooks.flatMap(hookFunctions) : [];
  return {
    operation: operation.kind,
    functionName: operation.jsonFunctionName,
    typedFunctionName: operation.functionName,
    roles: operation.roles.map(ident),
    ...(helpers.length === 0 ? {} : { helpers }),
    description: operation.description,
    inputSchema: inputSchema(operation),
    outputSchema: outputSchema(operation),
    jsonFunction: emitJsonFunction(operation, fingerprint),
    ...(typed === undefined ? {} : { typedFunction: typed }),
    bulkFunctionName: operation.bulkFunctionName,
    ...(bulk === undefined ? {} : { bulkFunction: bulk }),
    plan: planOf(operation, fingerprint),
    comment: describeOperation(operation),
  };
};

/** Compiles one table. Pure: the same input gives the same output, byte for byte, in every host. */
export const compile = ({ table, fingerprint }: CompileInput): Compiled => {
  const { declaration, diagnostics } = readDeclaration(table);
  const nothing = { declaration: null, probes: [], privileges: [], operations: [] };
  if (declaration === undefined) return { declares: hasErrors(diagnostics), ...nothing, diagnostics };
  const analysis = analyze(table, declaration);
  const all = [...diagnostics, ...analysis.diagnostics];
  const source = { table: declaration.table, columns: Object.fromEntries(declaration.columns) };
  // The probes go along, so that what only the server can judge is reported with the rest.
  if (hasErrors(all))
    return { declares: true, ...nothing, declaration: source, diagnostics: all, probes: analysis.probes };
  return {
    declares: true,
    declaration: source,
    diagnostics: all,
    probes: analysis.probes,
    privileges: privilegesOf(analysis.unit),
    operations: analysis.unit.operations.map((operation) => compileOperation(operation, fingerprint)),
    ...(analysis.unit.rowSecurity.length === 0 ? {} : { rowSecurity: analysis.unit.rowSecurity }),
  };
};
