import { type Diagnostic, error, warning } from '../diagnostic.ts';
import { ACTOR } from '../emit/actor.ts';
import { buildObject } from '../emit/context.ts';
import { ident, literal } from '../emit/sql.ts';
import type { Input, Privilege, Probe } from '../ir.ts';
import { findJsonMistake } from '../json.ts';
import type { Limits } from '../policy/limit.ts';
import { accessProbes } from '../policy/probe.ts';
import { rateProbes } from '../policy/rate.ts';
import { circleOf } from './circles.ts';
import { bound, type Findings, NO_SUCH_NAME, statementProbe } from './expression.ts';
import { POST_VERBS } from './grammar.ts';
import { hooksOfAction } from './hooks.ts';
import type { ActionUnit, Body } from './ir.ts';
import { limitsOf } from './limits.ts';
import { actionNames } from './names.ts';
import { operationOf, tableOfInputs } from './operation.ts';
import { inputSources, readActionPolicies, resolveActionPolicies, resolveShown, unknownInputs } from './policies.ts';
import { preconditionsOf } from './preconditions.ts';
import { inputsOf, readSchema, type Schema, typesOf } from './schema.ts';
import { aValue, freshName, inBlock, type Named, type Scope, type Shape, shapeOf } from './scope.ts';
import type { ActionSnapshot, Language } from './snapshot.ts';
import { givesRows, readSql, type SqlText } from './sql-text.ts';
import { type CompiledSteps, compileSteps, postSteps } from './steps.ts';
import { TEXT } from './types.ts';

export interface Analysis {
  readonly unit?: ActionUnit;
  readonly diagnostics: readonly Diagnostic[];
  readonly probes: readonly Probe[];
}

/** How PL/pgSQL begins and SQL does not, after comments. */
const PLPGSQL =
  /^(?:\s|--[^\n]*\n|\/\*[\s\S]*?\*\/)*(?:<<|(?:begin|declare|if|perform|return|raise|for|foreach|while|loop|case|null)\b)/i;

/** What the row leaves open: steps where there are steps, PL/pgSQL where the template begins like a block, else SQL. */
export const languageOf = ({ language, steps, codeTemplate }: ActionSnapshot): Language =>
  language ??
  (steps !== null || /^\s*\[/.test(codeTemplate ?? '')
    ? 'steps'
    : PLPGSQL.test(codeTemplate ?? '')
      ? 'plpgsql'
      : 'sql');

/** The types that a template gives to its parameters by itself: {{name: type}}. */
const templateTypes = (text: SqlText): Map<string, string> => {
  const types = new Map<string, string>();
  for (const { pieces } of text.statements)
    for (const piece of pieces)
      if (piece.kind === 'parameter' && piece.type !== undefined && piece.path.length === 1)
        types.set(piece.path[0] ?? '', piece.type);
  return types;
};

/** Names that are always there. An input of the same name comes before them. */
const always = (): [string, Named][] => [['actor', { variable: `(${ACTOR})`, shape: aValue(TEXT) }]];

const nameOf = (input: Input, schema: Schema | undefined, own: string): [string, Named] => [
  input.column.name,
  {
    variable: inBlock(input.column.name),
    shape: input.column.base.name === 'jsonb' ? shapeOf(schema) : aValue(input.column.base),
    ...(input.required || input.default !== undefined ? {} : { present: `${own} ? ${literal(input.column.name)}` }),
  },
];

/** Resolves an action against the database. Goes on after every error, so that all of them are reported at once. */
export const analyzeAction = (action: ActionSnapshot): Analysis => {
  const root = `action ${action.name}`;
  const diagnostics: Diagnostic[] = [];
  const probes: Probe[] = [];
  const findings: Findings = { diagnostics, probes };
  const privileges: Privilege[] = [];
  const language = languageOf(action);

  if (action.name.trim() !== action.name) diagnostics.push(error(root, 'its name begins or ends with a space'));
  const hooked = hooksOfAction(action);
  diagnostics.push(...hooked.diagnostics);
  privileges.push(...hooked.privileges);
  const policies = readActionPolicies(action);
  diagnostics.push(...policies.diagnostics);
  const cost = limitsOf(action);
  diagnostics.push(...cost.diagnostics);
  const roles = action.roles ?? ['ai_user'];
  if (roles.length === 0) diagnostics.push(error(`${root}: roles`, 'must not be empty', 'leave it out for ai_user'));
  for (const role of roles)
    probes.push({
      path: `${root}: roles`,
      sql: `select ${literal(ident(role))}::pg_catalog.regrole`,
      reason: `there is no role ${JSON.stringify(role)}`,
      suggestion: `create it, or use a role that is there; roles also need the rights of ai_user: grant ai_user to ${ident(role)}`,
    });

  const template = action.codeTemplate ?? '';
  const isSql = language === 'sql' || language === 'plpgsql';
  const text = isSql ? readSql(template, { whole: language === 'plpgsql' }) : readSql('');
  if (isSql && text.mistake !== undefined) diagnostics.push(error(`${root}: code_template`, text.mistake));
  const read = inputsOf(action, templateTypes(text), (name) => inputSources(policies, name));
  diagnostics.push(...read.diagnostics);
  probes.push(...read.probes);
  const inputNames = read.inputs.map((input) => input.column.name);
  diagnostics.push(...unknownInputs(policies, inputNames));
  const table = tableOfInputs(action, read.inputs);
  const policy = resolveActionPolicies(action, policies, table, read.inputs, roles, findings);
  const judged = operationOf({
    action,
    names: actionNames(action.name),
    inputs: read.inputs,
    roles,
    hooks: [],
    policy,
  });
  probes.push(...accessProbes(judged), ...rateProbes(judged));
  const names = new Set(inputNames);
  for (const written of new Set(text.quoted.filter(({ name }) => names.has(name)).map((each) => each.written)))
    diagnostics.push(
      warning(
        `${root}: code_template`,
        `${written} inside a literal is text`,
        `take it out of the quotes: 'Hello ' || ${written}`,
      ),
    );

  const own = inBlock(freshName('_in', names));
  const properties = readSchema(root, action.inputSchema ?? {}).schema.properties ?? {};
  const scope = new Map<string, Named>([
    ...always(),
    ...read.inputs.map((input) => nameOf(input, properties[input.column.name], own)),
  ]);
  const conditions = preconditionsOf(action, scope, findings, own, privileges);

  let output: Schema | undefined;
  if (action.outputSchema !== null) {
    const reading = readSchema(`${root}: output_schema`, action.outputSchema);
    diagnostics.push(...reading.diagnostics);
    output = reading.schema;
  }
  const circle = circleOf(
    action.name,
    new Map([
      ...Object.entries(action.actions).map(([name, called]) => [name, called?.calls ?? []] as const),
      [action.name, action.calls],
    ]),
  );
  if (circle !== undefined)
    diagnostics.push(error(root, `its calls go round in a circle: ${circle.join(' → ')}`, 'take one of the calls out'));

  const variables = {
    result: freshName('_result', names),
    holds: freshName('_holds', names),
  };
  const shown = buildObject(
    read.inputs
      .filter((input) => input.rules.protected !== true)
      .map((input) => [input.column.name, inBlock(input.column.name)]),
  );
  const place = { action, scope, findings };
  let compiled: CompiledSteps | undefined;
  if (language === 'steps') {
    const list = stepsOf(action, findings);
    if (list !== undefined) {
      scope.set('inputs', { variable: own, shape: shapeOfInputs(read.inputs) });
      compiled = compileSteps(place, `${root}: steps`, list, variables, shown);
    }
  }
  const body: Body | undefined = isSql
    ? sqlBody(action, language, text, scope, output, findings)
    : language === 'javascript'
      ? javascriptBody(action, cost.limits, findings)
      : compiled === undefined
        ? undefined
        : { kind: 'steps', code: compiled.code };

  let post: CompiledSteps | undefined;
  if (action.postActions !== null) {
    if (scope.has('result'))
      diagnostics.push(
        error(
          `${root}: post_actions`,
          '"result" is what the action answers, and a name of its own here',
          'use another name',
        ),
      );
    const after = new Map(scope).set('result', { variable: inBlock(variables.result), shape: shapeOf(output) });
    post = compileSteps(
      { ...place, scope: after },
      `${root}: post_actions`,
      postSteps(action.postActions),
      variables,
      shown,
      POST_VERBS,
    );
  }
  for (const part of [compiled, post]) if (part !== undefined) privileges.push(...part.privileges);
  if (action.steps !== null && language !== 'steps')
    diagnostics.push(
      error(`${root}: steps`, `an action in ${language} has no steps`, 'leave either steps or code_template out'),
    );
  if (body === undefined) return { diagnostics, probes };
  return {
    diagnostics,
    probes,
    unit: {
      action,
      names: actionNames(action.name),
      language,
      roles,
      inputs: read.inputs,
      inputSchema: read.described,
      ...(output === undefined ? {} : { output }),
      preconditions: conditions,
      body,
      ...(post === undefined ? {} : { post: post.code }),
      results: new Map([...(compiled?.variables ?? []), ...(post?.variables ?? [])]),
      operations: (compiled?.own ?? []).map(({ operation }) => operation),
      limits: cost.limits,
      hooks: hooked.hooks,
      policy,
      shown: resolveShown(policies, output, findings),
      privileges,
      probes,
    },
  };
};

/** The steps of the row, or of its template as JSON. */
const stepsOf = (action: ActionSnapshot, { diagnostics }: Findings): readonly unknown[] | undefined => {
  const root = `action ${action.name}`;
  let steps = action.steps;
  if (steps === null && action.codeTemplate !== null) {
    const mistake = findJsonMistake(action.codeTemplate);
    if (mistake !== undefined) {
      diagnostics.push(
        error(
          `${root}: code_template`,
          `not valid JSON at line ${mistake.line}, column ${mistake.column}: ${mistake.reason}`,
        ),
      );
      return undefined;
    }
    steps = JSON.parse(action.codeTemplate);
  } else if (action.codeTemplate !== null) {
    diagnostics.push(error(`${root}: code_template`, 'stands beside steps', 'leave one of them out'));
    return undefined;
  }
  if (Array.isArray(steps) && steps.length > 0) return steps;
  diagnostics.push(
    error(
      `${root}: steps`,
      'expected a list of steps',
      '[{"create": "shop.users", "values": {"email": "$email"}, "as": "user"}]',
    ),
  );
  return undefined;
};

/** Milliseconds that JavaScript may run where no limit says how long a call may take. */
const USUAL_TIME = 10_000;

const javascriptBody = (action: ActionSnapshot, { latency }: Limits, { diagnostics }: Findings): Body | undefined => {
  if (action.program !== null && action.codeTemplate?.trim() !== '')
    return { kind: 'javascript', program: action.program, timeLimit: latency?.most ?? USUAL_TIME };
  diagnostics.push(
    error(`action ${action.name}: code_template`, 'an action needs a body', 'return {…} of ctx.inputs and db.query(…)'),
  );
  return undefined;
};

const shapeOfInputs = (inputs: readonly Input[]): Shape => ({
  kind: 'object',
  fields: new Map(inputs.map((input) => [input.column.name, aValue(input.column.base)])),
  closed: true,
});

const sqlBody = (
  action: ActionSnapshot,
  language: 'sql' | 'plpgsql',
  text: SqlText,
  scope: Scope,
  output: Schema | undefined,
  findings: Findings,
): Body | undefined => {
  const at = `action ${action.name}: code_template`;
  if (text.mistake !== undefined) return undefined;
  if (text.statements.length === 0) {
    findings.diagnostics.push(error(at, 'an action needs a body', 'give code_template, or steps'));
    return undefined;
  }
  if (action.untrusted.length > 0)
    findings.diagnostics.push(
      warning(
        at,
        `names without a schema are not looked up in ${action.untrusted.join(', ')}, where others than members of ai_admin may create objects`,
        'write the schema, or revoke CREATE on it from them',
      ),
    );
  const bodies = text.statements.map((statement, i) => {
    const where = text.statements.length === 1 ? at : `${at}, statement ${i + 1}`;
    const found = bound(action, where, statement.pieces, scope, findings);
    if (found !== undefined && language === 'sql')
      findings.probes.push(
        statementProbe(
          action,
          where,
          found.numbered,
          found.types,
          'names without a schema are looked up along the search_path of the session that registers',
          NO_SUCH_NAME,
        ),
      );
    return { sql: found?.sql, rows: givesRows(statement), mayBeResult: statement.words.includes('result') };
  });
  if (bodies.some(({ sql }) => sql === undefined)) return undefined;
  const statements = bodies.map((body) => ({ ...body, sql: body.sql ?? '' }));
  if (language === 'plpgsql') return { kind: 'plpgsql', source: statements.map(({ sql }) => sql).join('\n') };
  return { kind: 'sql', statements, many: output !== undefined && typesOf(output).includes('array') };
};
