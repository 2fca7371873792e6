import type { TableSnapshot } from '../catalog.ts';
import { error } from '../diagnostic.ts';
import { hasRole } from '../emit/access.ts';
import { ACTOR } from '../emit/actor.ts';
import { ident } from '../emit/sql.ts';
import type { OperationKind } from '../grammar.ts';
import { expressionAt, type Found } from './access.ts';
import { bind, type Expression } from './expression.ts';
import type { Access } from './grammar.ts';
import type { Source } from './read.ts';

/** One policy of PostgreSQL's own row-level security, for ai.row_level_security() to create. */
export interface RowSecurity {
  readonly name: string;
  readonly command: 'all' | 'select' | 'insert' | 'update' | 'delete';
  readonly using?: string;
  readonly check?: string;
}

const COMMANDS: Readonly<Record<OperationKind, readonly RowSecurity['command'][]>> = {
  create: ['insert'],
  update: ['update'],
  upsert: ['insert', 'update'],
  delete: ['delete'],
  fetch: ['select'],
};

/** The access policies that ask for it, as restrictive policies: like ours, they only take away. */
export const rowSecurityOf = (table: TableSnapshot, sources: readonly Source<Access>[], found: Found): RowSecurity[] =>
  sources
    .filter(({ rule }) => rule.row_level_security === true)
    .flatMap(({ policy, path, rule, operation }) => {
      const read = (word: 'check' | 'filter'): Expression | undefined => {
        const text = rule[word];
        // What is wrong with it is reported where operations are resolved.
        const expression =
          text === undefined
            ? undefined
            : expressionAt(`${path}.${word}`, text, table, { diagnostics: [], probes: [] });
        if (expression !== undefined && (expression.allInputs || expression.inputs.length > 0)) {
          found.diagnostics.push(
            error(
              `${path}.${word}`,
              'row-level security knows no inputs',
              'say it about row.<column>, or take "row_level_security" away',
            ),
          );
          return undefined;
        }
        return expression;
      };
      const sql = (expression: Expression | undefined): string[] =>
        expression === undefined
          ? []
          : [
              bind(expression, {
                row: (column) => `${ident(table.name)}.${ident(column)}`,
                input: () => 'null',
                inputs: 'null',
                actor: ACTOR.replaceAll(/\n */g, ' '),
              }),
            ];
      const check = read('check');
      const filter = read('filter');
      const roles = rule.roles === undefined ? [] : [hasRole({ security: 'definer' }, rule.roles)];
      const always = [...roles, ...(check !== undefined && check.rows.length === 0 ? sql(check) : [])];
      const reached = [...always, ...sql(filter)];
      const written = [...always, ...sql(check !== undefined && check.rows.length > 0 ? check : filter)];
      const commands = operation === null ? (['all'] as const) : COMMANDS[operation];
      return commands.flatMap((command): RowSecurity[] => {
        const using = command === 'insert' || reached.length === 0 ? [] : [{ using: reached.join(' and ') }];
        const writes = command !== 'select' && command !== 'delete' && written.length > 0;
        if (using.length === 0 && !writes) return [];
        const name = `pg_ai_${policy}${operation === null ? '' : `_${command}`}`;
        return [{ name, command, ...using[0], ...(writes ? { check: written.join(' and ') } : {}) }];
      });
    });
