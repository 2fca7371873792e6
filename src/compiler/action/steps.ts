import { check } from '../declaration.ts';
import { error, suggest } from '../diagnostic.ts';
import { comment, ident, indent, jsonb, literal, textArray } from '../emit/sql.ts';
import { findAt } from './find.ts';
import { steps as GRAMMAR, type Step, VERBS, type Verb } from './grammar.ts';
import { type ActionNames, actionNames } from './names.ts';
import { readSchema } from './schema.ts';
import { ANY_JSON, aValue, inBlock, type Named, type Shape, shapeOf } from './scope.ts';
import { hashOf, token } from './secrets.ts';
import { changeAt, type Kind, type OwnOperation } from './tables.ts';
import { BOOLEAN, TEXT } from './types.ts';
import { conditionAt, jsonOf, objectOf, type Place, textOf, valueAt } from './values.ts';

/** Variables of the function that steps use, beside their results. */
export interface StepVariables {
  readonly result: string;
  readonly holds: string;
}

/** Steps as PL/pgSQL with static SQL. */
export interface CompiledSteps {
  readonly code: string;
  /** Results that have a name, with their types. */
  readonly variables: ReadonlyMap<string, string>;
  readonly own: readonly OwnOperation[];
  readonly privileges: OwnOperation['privileges'];
}

interface Compiling extends Place {
  readonly scope: Map<string, Named>;
  readonly names: ActionNames;
  readonly own: StepVariables;
  readonly verbs: readonly Verb[];
  readonly variables: Map<string, string>;
  readonly operations: OwnOperation[];
  readonly privileges: OwnOperation['privileges'][number][];
  /** SQL for the inputs that messages may show. */
  readonly shown: string;
  /** Names that an alternative may give again. */
  readonly again: ReadonlySet<string>;
  readonly depth: number;
}

const NAME = /^[A-Za-z][A-Za-z0-9_]{0,59}$/;
const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const compileSteps = (
  place: Place & { readonly scope: Map<string, Named> },
  at: string,
  list: readonly unknown[],
  own: StepVariables,
  shown: string,
  verbs: readonly Verb[] = VERBS,
): CompiledSteps => {
  const compiling: Compiling = {
    ...place,
    names: actionNames(place.action.name),
    own,
    verbs,
    variables: new Map(),
    operations: [],
    privileges: [],
    shown,
    again: new Set(),
    depth: 0,
  };
  const code = block(compiling, at, list);
  return { code, variables: compiling.variables, own: compiling.operations, privileges: compiling.privileges };
};

const block = (compiling: Compiling, at: string, list: readonly unknown[]): string => {
  const { findings } = compiling;
  const parts: string[] = [];
  list.forEach((value, i) => {
    const where = `${at}[${i}]`;
    const read = readStep(compiling, where, value);
    if (read === undefined) return;
    const { verb, step } = read;
    if (verb === 'return' && (i < list.length - 1 || compiling.depth > 0))
      findings.diagnostics.push(
        error(
          where,
          '"return" is the last step',
          compiling.depth > 0 ? 'set a name here, and return it at the end' : 'take away what follows',
        ),
      );
    // A condition sees what was there before the step.
    const when = step.when === undefined ? undefined : conditionAt(compiling, `${where}.when`, step.when);
    const code = oneStep(compiling, where, verb, step, i === list.length - 1 && compiling.depth === 0);
    if (code === undefined) return;
    const title = comment(`${where.slice(where.indexOf(': ') + 2)}: ${titleOf(verb, step)}`);
    parts.push(
      when === undefined
        ? `${title}\n${code}`
        : `${title}\nselect (${when}) is true into ${compiling.own.holds};\nif ${compiling.own.holds} then\n${indent(code)}\nend if;`,
    );
  });
  return parts.join('\n\n');
};

const titleOf = (verb: Verb, step: Step): string => {
  const object = step[verb];
  return typeof object === 'string' ? `${verb} ${object}` : verb;
};

const readStep = (
  { findings, verbs }: Compiling,
  at: string,
  value: unknown,
): { verb: Verb; step: Step } | undefined => {
  if (!isObject(value)) {
    findings.diagnostics.push(
      error(at, 'a step is an object', `{"find": "shop.users", …}; its first word is one of: ${verbs.join(', ')}`),
    );
    return undefined;
  }
  if (Object.hasOwn(value, 'wait_for_approval')) {
    findings.diagnostics.push(
      error(
        `${at}.wait_for_approval`,
        'this step is reserved for a later version: an action cannot wait',
        'end the action here, keep what is to be approved in a table, and let a second action go on',
      ),
    );
    return undefined;
  }
  // "checkpoint" has steps of its own, "emit" and "call" have inputs: the verb is the one word that no other step has as its first.
  const found = verbs.filter((verb) => Object.hasOwn(value, verb));
  const [verb] = found;
  if (verb === undefined || found.length > 1) {
    const [first = ''] = Object.keys(value);
    const other = VERBS.find((each) => Object.hasOwn(value, each));
    findings.diagnostics.push(
      found.length > 1
        ? error(at, `says two things: ${found.join(' and ')}`, 'make it two steps')
        : other !== undefined
          ? error(at, `"${other}" cannot stand here`, `use one of: ${verbs.join(', ')}`)
          : error(at, 'says nothing that is known', suggest(first, verbs)),
    );
    return undefined;
  }
  const read = check(at, GRAMMAR[verb], value);
  findings.diagnostics.push(...read.diagnostics.map((d) => ({ ...d, path: d.path.replace(`${at}: `, `${at}.`) })));
  return read.value === undefined ? undefined : { verb, step: read.value as Step };
};

/** Gives a result its name and its variable; what nobody names is not kept. */
const keep = (compiling: Compiling, at: string, name: string | undefined, shape: Shape): string | undefined => {
  if (name === undefined) return undefined;
  const { scope, findings, variables, again } = compiling;
  const type = shape.kind === 'value' ? shape.type.name : 'jsonb';
  if (!NAME.test(name))
    findings.diagnostics.push(
      error(
        `${at}.as`,
        `${JSON.stringify(name)} is no name for a result`,
        'letters, digits and "_", and a letter first',
      ),
    );
  else if (again.has(name)) {
    // The alternative after a failed checkpoint gives what the checkpoint would have given.
    if (variables.get(name) !== type)
      findings.diagnostics.push(
        error(
          `${at}.as`,
          `${JSON.stringify(name)} was of type ${variables.get(name)}, and is of type ${type} here`,
          'use another name',
        ),
      );
  } else if (scope.has(name))
    findings.diagnostics.push(error(`${at}.as`, `${JSON.stringify(name)} is taken`, 'use another name'));
  else {
    variables.set(name, type);
    scope.set(name, { variable: inBlock(name), shape });
  }
  return ident(name);
};

const oneStep = (compiling: Compiling, at: string, verb: Verb, step: Step, last: boolean): string | undefined => {
  const { findings, own, action } = compiling;
  /** The last step's result is the answer, unless "return" says another. */
  const answer = (name: string | undefined): string =>
    last && name !== undefined ? `\n${own.result} := pg_catalog.to_jsonb(${inBlock(step.as ?? '')});` : '';
  const into = (value: string, shape: Shape): string => {
    const name = keep(compiling, at, step.as, shape);
    return name === undefined ? `perform ${value};` : `select ${value} into ${name};${answer(name)}`;
  };
  switch (verb) {
    case 'find': {
      const target = step.as === undefined ? own.result : ident(step.as);
      const found = findAt(
        compiling,
        at,
        {
          table: step.find ?? '',
          where: step.where,
          columns: step.columns,
          many: step.many === true,
          limit: step.limit,
          orderBy: step.order_by ?? [],
          lock: step.lock === true,
        },
        target,
      );
      if (found === undefined) {
        // So that references to it are not told as well.
        keep(compiling, at, step.as, ANY_JSON);
        return undefined;
      }
      compiling.privileges.push(...found.privileges);
      const name = keep(compiling, at, step.as, found.shape);
      const missing =
        step.required === true
          ? `\nif ${target} is null then\n  ${refuse(compiling, { ...step, message: step.message ?? `${step.find} has no such row` }, step.find ?? '', 'PI312')}\nend if;`
          : '';
      return found.statement + missing + answer(name) + (step.as === undefined ? `\n${own.result} := null;` : '');
    }
    case 'create':
    case 'update':
    case 'upsert':
    case 'delete': {
      const kind: Kind = verb;
      const found = changeAt(
        compiling,
        at,
        kind,
        { table: step[verb] ?? '', key: step.key ?? {}, values: step.values ?? {} },
        compiling.names.helper(`${kind}_${compiling.operations.length + 1}`),
      );
      if (found === undefined) {
        keep(compiling, at, step.as, ANY_JSON);
        return undefined;
      }
      if (found.own !== undefined) {
        compiling.operations.push(found.own);
        compiling.privileges.push(...found.own.privileges);
      }
      return into(found.call, found.shape);
    }
    case 'set': {
      const parts = Object.entries(step.set ?? {}).map(([name, given]) => {
        const value = valueAt(compiling, `${at}.set.${name}`, given);
        const target = keep(compiling, `${at}.set`, name, value?.shape ?? ANY_JSON);
        if (value === undefined) return '';
        return `select ${value.shape.kind === 'value' ? value.sql : jsonOf(value)} into ${target};`;
      });
      return parts.join('\n');
    }
    case 'assert': {
      const condition = conditionAt(compiling, `${at}.assert`, step.assert);
      return condition === undefined
        ? undefined
        : `select (${condition}) is true into ${own.holds};\nif not ${own.holds} then\n  ${refuse(compiling, step, at.slice(at.indexOf(': ') + 2), 'PI311')}\nend if;`;
    }
    case 'generate_token':
      return into(token(step), aValue(TEXT));
    case 'hash': {
      const value = valueAt(compiling, `${at}.hash`, step.hash);
      const code = value === undefined ? undefined : hashOf(compiling, at, step, textOf(value));
      if (code === undefined) keep(compiling, at, step.as, aValue(TEXT));
      return code === undefined ? undefined : into(code, aValue(TEXT));
    }
    case 'call':
      return callOf(compiling, at, step, into);
    case 'emit': {
      const payload = objectAt(compiling, `${at}.payload`, step.payload ?? {});
      const key = step.row_key === undefined ? undefined : objectAt(compiling, `${at}.row_key`, step.row_key);
      if (!/^[^\s.*"]+([.][^\s.*"]+)*$/.test(step.emit ?? '') || step.emit?.startsWith('ai.'))
        findings.diagnostics.push(
          error(
            `${at}.emit`,
            `${JSON.stringify(step.emit)} is no topic`,
            'words with dots between: "order.paid"; "ai." is pg_ai’s own',
          ),
        );
      return `perform ai.emit_event(${literal(step.emit ?? '')}, ${payload}${key === undefined ? '' : `, ${key}`});`;
    }
    case 'send_email': {
      const to = valueAt(compiling, `${at}.to`, step.to);
      const variables = objectAt(compiling, `${at}.variables`, step.variables ?? {});
      const locale = step.locale === undefined ? undefined : valueAt(compiling, `${at}.locale`, step.locale);
      if (step.to === undefined)
        findings.diagnostics.push(error(at, 'a mail needs a recipient', '"to": "$user.email"'));
      return to === undefined
        ? undefined
        : `perform ai.send_email(${literal(step.send_email ?? '')}, ${textOf(to)}, ${variables}${locale === undefined ? '' : `, ${textOf(locale)}`});`;
    }
    case 'checkpoint':
      return checkpoint(compiling, at, step);
    case 'return': {
      const value = valueAt(compiling, `${at}.return`, step.return);
      return value === undefined ? undefined : `select ${jsonOf(value)} into ${own.result};`;
    }
  }
  return literal(action.name);
};

const objectAt = (compiling: Compiling, at: string, values: Readonly<Record<string, unknown>>): string =>
  objectOf(
    Object.entries(values).flatMap(([name, given]) => {
      const value = valueAt(compiling, `${at}.${name}`, given);
      return value === undefined ? [] : [[name, value] as const];
    }),
  );

/** Raises what an assertion, or a row that is not there, has to say. */
const refuse = ({ action, shown }: Compiling, step: Step, name: string, code: string): string => {
  const told = [{ name, code: step.code, sqlstate: step.sqlstate, message: step.message }];
  return `perform ai_private.refuse_conditions(${literal(action.name)}, '{1}', ${jsonb(told)},\n    ${shown}, ${literal(code)});`;
};

const callOf = (
  compiling: Compiling,
  at: string,
  step: Step,
  into: (value: string, shape: Shape) => string,
): string | undefined => {
  const { action, findings } = compiling;
  const name = step.call ?? '';
  const called = action.actions[name];
  if (called === undefined || called === null) {
    findings.diagnostics.push(error(`${at}.call`, `there is no action ${JSON.stringify(name)}`, 'register it first'));
    keep(compiling, at, step.as, ANY_JSON);
    return undefined;
  }
  const inputs = isObject(called.inputSchema) ? called.inputSchema : {};
  const properties = isObject(inputs.properties) ? inputs.properties : {};
  const required = Array.isArray(inputs.required) ? inputs.required.map(String) : [];
  const given = Object.keys(step.inputs ?? {});
  for (const unknown of given.filter((each) => !Object.hasOwn(properties, each)))
    findings.diagnostics.push(
      error(
        `${at}.inputs.${unknown}`,
        `${name} has no input ${JSON.stringify(unknown)}`,
        suggest(unknown, Object.keys(properties)),
      ),
    );
  for (const missing of required.filter((each) => !given.includes(each)))
    findings.diagnostics.push(
      error(`${at}.inputs`, `${name} needs the input ${JSON.stringify(missing)}`, 'give it a value'),
    );
  const shape = called.outputSchema === null ? ANY_JSON : shapeOf(readSchema(at, called.outputSchema).schema);
  return into(
    `ai_gen.${ident(actionNames(name).action)}(${objectAt(compiling, `${at}.inputs`, step.inputs ?? {})}, '{}')`,
    shape.kind === 'object' ? shape : ANY_JSON,
  );
};

/** Steps that can fail by themselves: what they did is taken back to here, and others go on. */
const checkpoint = (compiling: Compiling, at: string, step: Step): string | undefined => {
  const { findings, variables, scope } = compiling;
  const name = step.checkpoint ?? '';
  const before = new Set(variables.keys());
  const inner = block({ ...compiling, depth: compiling.depth + 1 }, `${at}.steps`, step.steps ?? []);
  const made = [...variables.keys()].filter((each) => !before.has(each));
  const alternative = step.on_failure ?? 'fail';
  if (alternative === 'fail') {
    if (step.errors !== undefined)
      findings.diagnostics.push(
        error(`${at}.errors`, 'nothing goes on after a failure here', 'say what: "on_failure": [steps], or "continue"'),
      );
    return inner;
  }
  for (const state of step.errors ?? [])
    if (!/^[0-9A-Z]{5}$/.test(state))
      findings.diagnostics.push(error(`${at}.errors`, `${JSON.stringify(state)} is no SQLSTATE`, 'such as "23505"'));
  const failure = keep(compiling, `${at}.checkpoint`, name, {
    kind: 'object',
    fields: new Map<string, Shape>([
      ['failed', aValue(BOOLEAN)],
      ['code', aValue(TEXT)],
      ['message', aValue(TEXT)],
    ]),
    closed: true,
  });
  const other =
    alternative === 'continue'
      ? ''
      : block(
          { ...compiling, scope, depth: compiling.depth + 1, again: new Set(made) },
          `${at}.on_failure`,
          alternative,
        );
  const only = step.errors === undefined ? '' : ` or sqlstate <> all (${textArray(step.errors)})`;
  const back = [
    ...made.map((each) => `${ident(each)} := null;`),
    `${failure} := pg_catalog.jsonb_build_object('failed', true, 'code', sqlstate, 'message', sqlerrm);`,
    ...(other === '' ? [] : [other]),
  ].join('\n');
  return `${failure} := '{"failed": false}';
begin
${indent(inner)}
exception when others then
  -- Back at the checkpoint. Not about the steps: deadlocks, time-outs, lack of memory, a stopping server, and bugs.
  if pg_catalog.left(sqlstate, 2) in ('40', '53', '54', '55', '57', '58', 'XX') or sqlstate = 'PI900'${only} then
    raise;
  end if;
${indent(back)}
end;`;
};

/** What follows the body: a name alone calls that action without inputs. */
export const postSteps = (value: unknown): readonly unknown[] =>
  (Array.isArray(value) ? value : [value]).map((each) => (typeof each === 'string' ? { call: each } : each));
