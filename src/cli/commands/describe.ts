import type { Command } from 'commander';
import { OPERATION_KINDS } from '../../compiler/grammar.ts';
import { type ConnectionOptions, connectionOption, withClient } from '../connection.ts';
import { requireInstallation } from '../installation.ts';
import { createOutput, type Output, paint } from '../output.ts';

type Options = ConnectionOptions & { readonly json?: true; readonly action?: string | true };

type Schema = {
  readonly type?: string | readonly string[];
  readonly format?: string;
  readonly enum?: readonly unknown[];
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly [keyword: string]: unknown;
};

type Operation = {
  readonly state: string;
  readonly roles: readonly string[];
  readonly function: string;
  readonly description?: string;
  readonly inputs: Schema;
  readonly outputs: Schema;
  readonly policies?: readonly { readonly policy: string; readonly kind: string }[];
  /** Of actions. */
  readonly hooks?: readonly { readonly hook: string; readonly phase: string }[];
};

export const register = (program: Command): void => {
  connectionOption(
    program
      .command('describe')
      .description('show what can be called: operations and actions with their inputs')
      .argument('[table]', 'only this one, by search_path or as schema.table')
      .argument('[operation]', 'only this one of the table'),
  )
    .option('--action [name]', 'actions only, or this one')
    .option('--json', 'inputs and outputs as JSON Schema')
    .action(describe);
};

async function describe(table: string | undefined, operation: string | undefined, options: Options): Promise<void> {
  const output = createOutput(options);
  await withClient(options, async (client) => {
    await requireInstallation(client);
    if (options.action !== undefined) {
      const name = options.action === true ? null : options.action;
      const found = await client.query<{ described: unknown }>('select ai.describe_action($1) as described', [name]);
      const actions = found.rows[0]?.described;
      output.data(actions);
      if (name === null) showActions(actions as Record<string, Operation>, output);
      else showOperation(name, actions as Operation, output);
      return;
    }
    const { rows } = await client.query<{ described: unknown }>('select ai.describe($1, $2) as described', [
      table ?? null,
      operation ?? null,
    ]);
    const described = rows[0]?.described;
    output.data(described);
    if (operation !== undefined) showOperation(operation, described as Operation, output);
    else if (table !== undefined) showTable(described as Record<string, Operation>, output);
    else {
      showAll(described as Record<string, Record<string, Operation>>, output);
      const actions = await client.query<{ described: Record<string, Operation> }>(
        'select ai.describe_action() as described',
      );
      const registered = actions.rows[0]?.described ?? {};
      if (Object.keys(registered).length > 0) {
        output.line(paint('bold', 'actions'));
        showActions(registered, output);
      }
    }
  });
}

function showAll(tables: Readonly<Record<string, Readonly<Record<string, Operation>>>>, output: Output): void {
  const entries = Object.entries(tables);
  if (entries.length === 0) output.line('no table declares operations');
  for (const [table, operations] of entries) {
    output.line(paint('bold', table));
    showTable(operations, output);
  }
}

function showActions(actions: Readonly<Record<string, Operation>>, output: Output): void {
  if (Object.keys(actions).length === 0) output.line('no action is registered');
  for (const [name, action] of Object.entries(actions)) showOperation(name, action, output);
}

function showTable(operations: Readonly<Record<string, Operation>>, output: Output): void {
  const order: readonly string[] = OPERATION_KINDS;
  const sorted = Object.entries(operations).sort(([a], [b]) => order.indexOf(a) - order.indexOf(b));
  for (const [name, operation] of sorted) showOperation(name, operation, output);
}

function showOperation(name: string, operation: Operation, output: Output): void {
  const state = operation.state === 'ready' ? '' : paint('red', `  (${operation.state})`);
  const about = operation.description === undefined ? '' : `  ${operation.description}`;
  output.line(`  ${paint('bold', name)}${state}${about}`);
  output.line(`    roles: ${operation.roles.join(', ')}; function: ${operation.function}`);
  const { policies = [], hooks = [] } = operation;
  if (policies.length > 0)
    output.line(`    policies: ${policies.map(({ policy, kind }) => `${policy} (${kind})`).join(', ')}`);
  if (hooks.length > 0) output.line(`    hooks: ${hooks.map(({ hook, phase }) => `${hook} (${phase})`).join(', ')}`);
  const inputs = Object.entries(operation.inputs.properties ?? {});
  const width = Math.max(0, ...inputs.map(([field]) => field.length));
  const required = new Set(operation.inputs.required ?? []);
  for (const [field, schema] of inputs) {
    output.line(`    ${field.padEnd(width)}  ${required.has(field) ? 'required' : 'optional'}  ${inWords(schema)}`);
  }
}

/** `string, format email, maxLength 80: what it means` */
function inWords(schema: Schema): string {
  const { type, description, ...rest } = schema;
  const rules = Object.entries(rest)
    .filter(([, value]) => value === null || typeof value !== 'object' || Array.isArray(value))
    .map(([keyword, value]) => `${keyword} ${Array.isArray(value) ? value.map(String).join(' | ') : String(value)}`);
  const words = [[type ?? 'any'].flat().join(' or '), ...rules].join(', ');
  return description === undefined ? words : `${words}: ${description}`;
}
