import { type Runner, rowsOf } from '../support/declare.ts';

/** What the test itself needs to know of a table to give it valid rows, read from the catalog without the help of the compiler. */
export interface Table {
  /** As SQL names it: `"Music Store"."Album"`. */
  readonly qualified: string;
  readonly name: string;
  readonly columns: readonly string[];
  /** Columns that callers cannot write. */
  readonly computed: readonly string[];
  readonly protected: readonly string[];
  readonly primaryKey: readonly string[];
  /** Columns of each unique index. */
  readonly unique: readonly (readonly string[])[];
  readonly references: readonly Reference[];
}

export interface Reference {
  readonly columns: readonly string[];
  readonly to: string;
  readonly toColumns: readonly string[];
  readonly deferred: boolean;
  readonly nullable: boolean;
}

/** The tables of a schema, each after those it refers to. */
export const readTables = async (runner: Runner, schema: string): Promise<Table[]> => {
  const columns = (from: string, relation: string) =>
    `(select json_agg(a.attname order by u.n) from unnest(${from}) with ordinality as u (attnum, n)
        join pg_attribute a on a.attrelid = ${relation} and a.attnum = u.attnum)`;
  const tables = await rowsOf<Table & { readonly [column: string]: unknown }>(
    runner,
    `select format('%I.%I', n.nspname, c.relname) as qualified, c.relname as name,
       (select json_agg(a.attname order by a.attnum) from pg_attribute a where a.attrelid = c.oid and a.attnum > 0) as columns,
       (select coalesce(json_agg(a.attname), '[]') from pg_attribute a
         where a.attrelid = c.oid and a.attnum > 0 and (a.attgenerated <> '' or a.attidentity = 'a')) as computed,
       (select coalesce(json_agg(a.attname), '[]') from pg_attribute a
         where a.attrelid = c.oid and a.attnum > 0 and col_description(c.oid, a.attnum) like '%protected%') as protected,
       (select ${columns('i.indkey::int2[]', 'c.oid')} from pg_index i where i.indrelid = c.oid and i.indisprimary) as "primaryKey",
       (select json_agg(${columns('i.indkey::int2[]', 'c.oid')} order by i.indisprimary desc) from pg_index i
         where i.indrelid = c.oid and i.indisunique) as unique,
       (select coalesce(json_agg(json_build_object('columns', ${columns('k.conkey', 'k.conrelid')}, 'deferred', k.condeferred,
           'to', (select format('%I.%I', fn.nspname, f.relname) from pg_class f join pg_namespace fn on fn.oid = f.relnamespace where f.oid = k.confrelid),
           'toColumns', ${columns('k.confkey', 'k.confrelid')},
           'nullable', (select bool_and(not a.attnotnull) from pg_attribute a where a.attrelid = c.oid and a.attnum = any (k.conkey)))), '[]')
         from pg_constraint k where k.conrelid = c.oid and k.contype = 'f') as references
     from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where n.nspname = $1 and c.relkind in ('r', 'p') and not c.relispartition
     order by c.oid`,
    [schema],
  );
  const sorted: Table[] = [];
  const waiting = [...tables];
  while (waiting.length > 0) {
    const next = waiting.findIndex((table) =>
      table.references.every(
        (ref) => ref.deferred || ref.to === table.qualified || sorted.some((done) => done.qualified === ref.to),
      ),
    );
    if (next < 0) throw new Error('the tables refer to one another in a circle');
    sorted.push(...waiting.splice(next, 1));
  }
  return sorted;
};
