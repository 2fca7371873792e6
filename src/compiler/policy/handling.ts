import type { ColumnSnapshot, TableSnapshot } from '../catalog.ts';
import { error } from '../diagnostic.ts';
import type { FieldRules } from '../grammar.ts';
import { type Found, roleProbes } from './access.ts';

/** What becomes of the values of a table's columns: the same in every operation. */
export interface Handling {
  /** Hashed after it was checked and before it is written. */
  readonly hashes: readonly { readonly column: ColumnSnapshot; readonly cost: number }[];
  /** Shown in part, but to some roles. */
  readonly masks: readonly { readonly column: ColumnSnapshot; readonly mask: Mask }[];
  /** Columns that audit and events do not have, though callers may see them. */
  readonly unrecorded: readonly ColumnSnapshot[];
  /** Where pgcrypto is. */
  readonly pgcrypto: string;
}

/** As ai_private.masked reads it. */
export type Mask =
  | { readonly as: 'email'; readonly clear_for?: readonly string[] }
  | { readonly show_first: number; readonly show_last: number; readonly clear_for?: readonly string[] };

export const NO_HANDLING: Handling = { hashes: [], masks: [], unrecorded: [], pgcrypto: '' };

const DEFAULT_COST = 10;
const HASH_LENGTH = 60;
const SHOWN = { phone: [3, 3], card: [0, 4], name: [1, 0], all: [0, 0] } as const;

export const maskOf = (said: NonNullable<FieldRules['mask']>): Mask => {
  const { as, show_first, show_last, clear_for } = typeof said === 'string' ? { as: said } : said;
  const clear = clear_for === undefined ? {} : { clear_for };
  if (as === 'email') return { as, ...clear };
  const [first, last] = SHOWN[as ?? 'all'];
  return { show_first: show_first ?? first, show_last: show_last ?? last, ...clear };
};

export const resolveHandling = (
  table: TableSnapshot,
  rulesOf: (name: string) => FieldRules,
  found: Found,
): Handling => {
  const hashes: { column: ColumnSnapshot; cost: number }[] = [];
  const masks: { column: ColumnSnapshot; mask: Mask }[] = [];
  const unrecorded: ColumnSnapshot[] = [];
  const primary = table.uniqueIndexes.find((index) => index.primary === true)?.columns ?? [];
  for (const column of table.columns) {
    const rules = rulesOf(column.name);
    const path = `${table.qualified}.${column.name}`;
    const add = (reason: string, suggestion: string): void => {
      found.diagnostics.push(error(path, reason, suggestion));
    };
    if (rules.hash !== undefined) {
      const inIndex = table.uniqueIndexes.some((index) => (index.columns ?? index.reads ?? []).includes(column.name));
      if (table.pgcrypto === undefined)
        add('"hash" needs the extension pgcrypto, which is not there', 'create extension pgcrypto, in whatever schema');
      if (column.base.domain !== undefined || !['text', 'character varying'].includes(column.base.name))
        add(`a hash is kept in a text column, and this one is of type ${column.type}`, 'make it text');
      else if (column.base.length !== undefined && column.base.length < HASH_LENGTH)
        add(`a bcrypt hash has ${HASH_LENGTH} characters, and this column holds ${column.base.length}`, 'make it text');
      if (inIndex) add('a hash is never the same twice, so it cannot be unique or a key', 'drop the index');
      const cost = typeof rules.hash === 'string' ? undefined : rules.hash.cost;
      hashes.push({ column, cost: cost ?? DEFAULT_COST });
    }
    if (rules.mask !== undefined) {
      if (
        typeof rules.mask === 'object' &&
        rules.mask.as !== undefined &&
        (rules.mask.show_first ?? rules.mask.show_last) !== undefined
      )
        add('"as" and "show_first", "show_last" both say what is shown', 'keep one of the two');
      if (typeof rules.mask === 'object')
        found.probes.push(...roleProbes(`${path}: mask.clear_for`, rules.mask.clear_for ?? []));
      masks.push({ column, mask: maskOf(rules.mask) });
    }
    if (rules.audited === false && rules.protected !== true) {
      if (primary.includes(column.name))
        add('the audit trail names rows by their key', 'take "audited" away from the key');
      unrecorded.push(column);
    }
  }
  return { hashes, masks, unrecorded, pgcrypto: table.pgcrypto ?? '' };
};
