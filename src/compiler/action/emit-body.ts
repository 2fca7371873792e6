import { comment, dollarQuoted, ident, indent, literal } from '../emit/sql.ts';
import { pathOf } from './expression.ts';
import type { ActionUnit, Body } from './ir.ts';
import { freshName, inBlock } from './scope.ts';

/*
 * What the author has written is a function of its own: its RETURN, its variables and its search_path cannot get in the way of what goes before and
 * after it. Parameters stand in it as variables of the block "given".
 */

export const bodyName = (unit: ActionUnit): string => unit.names.helper('body');

/** The body's parameters with what the action's function passes for them. */
export const bodyArguments = ({
  inputs,
}: ActionUnit): readonly { readonly name: string; readonly type: string; readonly value: string }[] =>
  inputs.map((input) => ({
    name: input.column.name,
    type: input.column.base.name,
    value: inBlock(input.column.name),
  }));

export const bodySignature = (unit: ActionUnit): string =>
  `ai_gen.${ident(bodyName(unit))}(${bodyArguments(unit)
    .map(({ type }) => type)
    .join(', ')})`;

interface Names {
  readonly row: string;
  readonly rows: string;
  readonly answer: string;
}

const sqlStatements = (
  unit: ActionUnit,
  { statements, many }: Extract<Body, { kind: 'sql' }>,
  names: Names,
): string => {
  const { row, rows, answer } = names;
  const json = (mayBeResult: boolean): string => {
    const whole = `pg_catalog.to_jsonb(${row})`;
    return mayBeResult ? `case when ${whole} - 'result' = '{}' then ${whole} -> 'result' else ${whole} end` : whole;
  };
  const parts = statements.map(({ sql, rows: gives, mayBeResult }, i) => {
    const last = i === statements.length - 1;
    if (!gives) return `${sql.trim()};`;
    const loop = (inside: string): string => `for ${row} in\n${indent(sql.trim())}\nloop\n${indent(inside)}\nend loop;`;
    if (!last) return loop('null;');
    if (many)
      return `${loop(`${rows} := pg_catalog.array_append(${rows}, ${json(mayBeResult)});`)}\nreturn pg_catalog.to_jsonb(${rows});`;
    return `${loop(`if ${answer} is not null then
  perform ai_private.refuse_answer(${literal(unit.action.name)}, 'PI314', '[]');
end if;
${answer} := ${json(mayBeResult)};`)}\nreturn ${answer};`;
  });
  const answers = statements.at(-1)?.rows === true;
  return [...parts, ...(answers ? [] : ['return null;'])].join('\n');
};

/** The function with the author's own code. */
export const emitBodyFunction = (unit: ActionUnit, fingerprint: string): string => {
  const { action, body } = unit;
  if (body.kind === 'steps' || body.kind === 'javascript') return '';
  const taken = new Set(bodyArguments(unit).map(({ name }) => name));
  const names: Names = {
    row: freshName('_row', taken),
    rows: freshName('_rows', taken),
    answer: freshName('_answer', taken),
  };
  const source =
    body.kind === 'sql'
      ? sqlStatements(unit, body, names)
      : // A block ends with a semicolon here, a list of statements with its last one's.
        `${body.source.trimEnd()}${/;\s*(?:--[^\n]*)?$/.test(body.source.trimEnd()) ? '' : '\n;'}\nreturn null;`;
  const aliases = bodyArguments(unit).map(({ name }, i) => `${ident(name)} alias for $${i + 1};`);
  const own =
    body.kind === 'sql'
      ? [`${names.row} record;`, body.many ? `${names.rows} jsonb[] := '{}';` : `${names.answer} jsonb;`]
      : [];
  const declared = [...aliases, ...own];
  const text = `${comment(`The code of the action ${action.name}. Compiled from ai.meta_actions (${fingerprint}). Edit the row, not this function.`)}
#variable_conflict use_column
<<given>>
${declared.length === 0 ? '' : `declare\n${indent(declared.join('\n'))}\n`}begin
${indent(source)}
end`;
  return `create or replace function ${bodySignature(unit)}
returns jsonb
language plpgsql
volatile
security invoker
set search_path = ${pathOf(action)}
as ${dollarQuoted(text)}`;
};
