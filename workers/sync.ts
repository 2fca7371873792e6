import type { Queryable } from './delivery.ts';
import type { Registered } from './registry.ts';
import { DEFAULT_BACKOFF } from './runner/backoff.ts';

/** What became of the handlers' subscriptions. */
export interface Synced {
  /** Made or changed just now. */
  readonly written: readonly string[];
  /** Handlers of entities that no declared table goes by, with what there is. They are looked for again. */
  readonly unknown: readonly { readonly name: string; readonly entity: string; readonly known: readonly string[] }[];
}

/**
 * Makes the rows of ai.subscriptions that the handlers ask for, or brings them to what the handlers say now. Whether one is paused, and where it began, is
 * left as it is. Rows without a handler stay: their events wait for a worker that has it.
 * @throws pg.DatabaseError PI4.. with all that is wrong with a row
 */
export const syncSubscriptions = async (database: Queryable, handlers: readonly Registered[]): Promise<Synced> => {
  const { rows } = await database.query<{ name: string }>(
    'select distinct qualified_name as name from ai.operation order by 1',
  );
  const tables = rows.map(({ name }) => name);
  const written: string[] = [];
  const unknown: Synced['unknown'][number][] = [];
  for (const handler of handlers) {
    const table = resolveEntity(handler.entity, tables);
    // 'order.paid', as ai.emit_event is given it: what is no operation of tables needs no table.
    const isEmitted = handler.actions.every((action) => action !== '*' && !isOperation(action));
    if (table === undefined && !isEmitted) unknown.push({ name: handler.name, entity: handler.entity, known: tables });
    if (table === undefined && handler.actions.every(isOperation)) continue;
    const entity = table ?? handler.entity;
    const { rowCount } = await database.query(
      `insert into ai.subscriptions as s (name, topics, filter, delivery, settings, start_at, ordered, max_attempts, backoff, timeout_ms, batch_size)
       values ($1, $2, $3, 'job', jsonb_build_object('task', $1::text), $4, $5, $6, $7, $8, $9)
       on conflict (name) do update set topics = excluded.topics, filter = excluded.filter, delivery = excluded.delivery, settings = excluded.settings,
         ordered = excluded.ordered, max_attempts = excluded.max_attempts, backoff = excluded.backoff, timeout_ms = excluded.timeout_ms,
         batch_size = excluded.batch_size
       where (s.topics, s.filter, s.delivery, s.settings, s.ordered, s.max_attempts, s.backoff, s.timeout_ms, s.batch_size) is distinct from
         (excluded.topics, excluded.filter, excluded.delivery, excluded.settings, excluded.ordered, excluded.max_attempts, excluded.backoff,
           excluded.timeout_ms, excluded.batch_size)`,
      [
        handler.name,
        topicsOf(entity, handler.actions),
        handler.filter ?? null,
        handler.startAt ?? 'now',
        handler.ordered ?? false,
        handler.maxAttempts ?? 25,
        JSON.stringify({ ...DEFAULT_BACKOFF, ...handler.backoff }),
        handler.timeoutMs ?? 30_000,
        handler.batchSize ?? 1,
      ],
    );
    if (rowCount === 1) written.push(handler.name);
  }
  return { written, unknown };
};

/**
 * The table that a handler's entity stands for: 'public.users' as it is, 'users' in public or else in the one schema that has it, 'user' for users.
 * @returns undefined where there is none, or more than one
 */
export const resolveEntity = (entity: string, tables: readonly string[]): string | undefined => {
  if (entity === '*' || tables.includes(entity)) return entity;
  // What ai.emit_event may be given, for a table that is not declared or no table at all.
  if (entity.includes('.')) return entity;
  for (const name of [entity, ...plurals(entity)]) {
    if (tables.includes(`public.${name}`)) return `public.${name}`;
    const found = tables.filter((table) => table.endsWith(`.${name}`));
    if (found.length > 0) return found.length === 1 ? found[0] : undefined;
  }
  return undefined;
};

const plurals = (word: string): string[] =>
  /[^aeiou]y$/.test(word) ? [`${word.slice(0, -1)}ies`] : /(s|x|z|ch|sh)$/.test(word) ? [`${word}es`] : [`${word}s`];

const OPERATIONS = ['create', 'update', 'upsert', 'delete'];
const isOperation = (action: string): boolean => OPERATIONS.includes(action);

const topicsOf = (entity: string, actions: readonly string[]): string[] => {
  if (actions.includes('*')) return [entity === '*' ? '**' : `${entity}.*`];
  if (entity !== '*') return actions.map((action) => `${entity}.${action}`);
  // Tables have a schema in front; what is emitted need not.
  return actions.flatMap((action) => (isOperation(action) ? [`*.*.${action}`] : [`*.*.${action}`, `*.${action}`]));
};
