import type { Operation } from '../ir.ts';
import type { Context } from './context.ts';
import { digestible } from './handling.ts';
import { ident, jsonb, literal, textArray } from './sql.ts';

/** Options that an operation knows; any other is refused. */
export const optionsOf = (operation: Operation): readonly string[] =>
  operation.kind === 'fetch'
    ? []
    : [
        'dry_run',
        'idempotency_key',
        ...(operation.version === undefined ? [] : ['expected_version']),
        ...(operation.kind === 'update' ? ['set_default'] : []),
      ];

/** What a dry run changes all the same, because PostgreSQL never takes it back. */
export interface SideEffect {
  readonly effect: string;
  /** Not when this input is given. */
  readonly unless?: string;
}

export const sideEffectsOf = (operation: Operation): readonly SideEffect[] => {
  if (operation.kind === 'fetch') return [];
  const own = { effect: 'the sequences ai.audit_id and ai.event_id advance' };
  if (operation.kind !== 'create' && operation.kind !== 'upsert') return [own];
  const ofTable = operation.table.columns.flatMap((column): SideEffect[] => {
    if (column.identity === 'a')
      return [{ effect: `the identity sequence of ${operation.table.qualified}.${column.name} advances` }];
    const input = operation.inputs.find((each) => each.column.name === column.name);
    // A default of the declaration (a literal) leaves the column's own aside.
    if (input?.required || (input !== undefined && !input.default?.includes(column.default ?? ''))) return [];
    const unless = input?.offered ? { unless: column.name } : {};
    return (column.sequences ?? []).map((sequence) => ({ effect: `the sequence ${sequence} advances`, ...unless }));
  });
  return [...ofTable, own];
};

/** Options are rare, so that a call without any pays for one comparison. */
export const emitOptions = (context: Context): string => {
  const { operation, own } = context;
  const check = `perform ai_private.check_options(${literal(operation.table.qualified)}, ${literal(operation.kind)}, ${own._opt}, ${textArray(optionsOf(operation))});`;
  if (operation.kind === 'fetch') return `-- Options.\nif ${own._opt} <> '{}' then\n  ${check}\nend if;`;
  const request = digestible(
    operation.inputs,
    `${literal(`${operation.table.qualified}.${operation.kind}:`)} || ${own._in}::text || (${own._opt} - 'idempotency_key')::text`,
  );
  return `-- Options.
if ${own._opt} <> '{}' then
  ${check}
  exit attempt when ${own._opt} -> 'dry_run' = 'true';
  if ${own._opt} ? 'idempotency_key' then
    ${own._result} := ai_private.claim_key(${own._opt} ->> 'idempotency_key', ${request});
    if ${own._result} is not null then
      return ${own._result} -> 'answer';
    end if;
    exit attempt;
  end if;
end if;`;
};

/** After the attempt was left for them: the call itself, by this very function, so that calls without options have no part in this. */
export const emitOptionCalls = ({ operation, own }: Context): string =>
  `-- A dry run, or a call with a key that is new.
if ${own._opt} -> 'dry_run' = 'true' then
  return ai_private.rehearse(${literal(operation.jsonFunctionName)}, ${own._in}, ${own._opt} - '{dry_run,idempotency_key}'::text[], ${jsonb(sideEffectsOf(operation))});
end if;
return ai_private.keep_answer(${own._opt} ->> 'idempotency_key', ai_gen.${ident(operation.jsonFunctionName)}(${own._in}, ${own._opt} - 'idempotency_key'));`;
