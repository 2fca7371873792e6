import type { ColumnSnapshot, TableSnapshot } from '../catalog.ts';
import { error } from '../diagnostic.ts';
import { literal } from '../emit/sql.ts';
import type { FieldRules } from '../grammar.ts';
import type { Operation, Probe } from '../ir.ts';
import { type Found, roleProbes } from './access.ts';

/** What becomes of the values of a table's columns: the same in every operation. */
export interface Handling {
  /** Hashed after it was checked and before it is written. */
  readonly hashes: readonly { readonly column: ColumnSnapshot; readonly cost: number }[];
  /** Encrypted after it was checked and before it is written, with the newest key of that name. */
  readonly encrypted: readonly { readonly column: ColumnSnapshot; readonly key: string }[];
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

export const NO_HANDLING: Handling = { hashes: [], encrypted: [], masks: [], unrecorded: [], pgcrypto: '' };

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

const checkEncryption = (
  table: TableSnapshot,
  column: ColumnSnapshot,
  add: (reason: string, suggestion: string) => void,
): void => {
  if (table.pgcrypto === undefined)
    add('"encrypt" needs the extension pgcrypto, which is not there', 'create extension pgcrypto, in whatever schema');
  if (
    column.base.domain !== undefined ||
    !['text', 'character varying'].includes(column.base.name) ||
    column.base.length !== undefined
  )
    add(`what is encrypted is kept as text, and this column is of type ${column.type}`, 'make it text');
  if (column.generated !== undefined)
    add('a generated column is computed by PostgreSQL, in the clear', 'encrypt what it is computed from');
  if (table.uniqueIndexes.some((index) => (index.columns ?? index.reads ?? []).includes(column.name)))
    add(
      'the same value is never encrypted to the same text twice, so it cannot be unique or a key',
      'drop the index; to find rows by it, keep a digest in a column of its own',
    );
  for (const { name, kind } of table.constraints.filter(
    (constraint) => constraint.kind === 'f' && (constraint.columns ?? []).includes(column.name),
  ))
    add(`the ${kind === 'f' ? 'foreign key' : 'constraint'} ${name} compares it`, 'drop the constraint');
};

const encryptionProbes = (path: string, key: string, pgcrypto: string): Probe[] => [
  {
    path,
    sql: `select ai_private.require_encryption_key(${literal(key)})`,
    reason: `there is no encryption key ${JSON.stringify(key)}`,
    suggestion: `select ai.add_encryption_key(${literal(key)}, '<a secret of 32 characters or more>')`,
  },
  {
    path,
    sql: `select ai_private.make_ciphers(${literal(pgcrypto)})`,
    reason: 'the functions that encrypt cannot be made',
    suggestion: 'ai_owner needs CREATE on the schema ai_gen, and USAGE on that of pgcrypto',
  },
];

/** Expressions that are judged after the inputs were hashed or encrypted, or that read what is stored, would not see the values that they speak of. */
export const checkBlindness = (operation: Operation, found: Found): void => {
  const { encrypted, hashes } = operation.handling;
  const secret = new Map([
    ...hashes.map(({ column }) => [column.name, 'hashed'] as const),
    ...encrypted.map(({ column }) => [column.name, 'encrypted'] as const),
  ]);
  if (secret.size === 0) return;
  const add = (path: string, name: string, prefix: string, reason: string, suggestion: string): void => {
    found.diagnostics.push(error(path, `${prefix}.${name} is ${secret.get(name)}: ${reason}`, suggestion));
  };
  for (const { path, expression } of [...operation.policy.filter, ...operation.policy.written]) {
    for (const name of (expression?.rows ?? []).filter((each) => encrypted.some(({ column }) => column.name === each)))
      add(path, name, 'row', 'no condition can read it', 'name another column');
    for (const name of (expression?.inputs ?? []).filter((each) => secret.has(each)))
      add(
        path,
        name,
        'inputs',
        'by the time that the row is judged it is not what came',
        'put it into a "check" that is about inputs alone',
      );
  }
  for (const { path, per } of operation.policy.rates) {
    if (typeof per === 'string') continue;
    for (const name of per.inputs.filter((each) => secret.has(each)))
      add(
        `${path}.key`,
        name,
        'inputs',
        'the counters would keep it as it came',
        'count by actor, address, or another input',
      );
  }
};

export const resolveHandling = (
  table: TableSnapshot,
  rulesOf: (name: string) => FieldRules,
  found: Found,
): Handling => {
  const hashes: { column: ColumnSnapshot; cost: number }[] = [];
  const encrypted: { column: ColumnSnapshot; key: string }[] = [];
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
    if (rules.encrypt !== undefined) {
      const key = typeof rules.encrypt === 'string' ? rules.encrypt : rules.encrypt.key;
      checkEncryption(table, column, add);
      if (table.pgcrypto !== undefined) found.probes.push(...encryptionProbes(path, key, table.pgcrypto));
      encrypted.push({ column, key });
      // Who may see it has to be said.
      if (rules.mask === undefined) masks.push({ column, mask: maskOf('all') });
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
    if ((rules.audited === false || rules.encrypt !== undefined) && rules.protected !== true) {
      if (primary.includes(column.name))
        add('the audit trail names rows by their key', 'take "audited" away from the key');
      unrecorded.push(column);
    }
  }
  return { hashes, encrypted, masks, unrecorded, pgcrypto: table.pgcrypto ?? '' };
};
