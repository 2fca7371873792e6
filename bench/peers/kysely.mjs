import { Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';
import { actor, newAccount } from './schema.mjs';

/** Kysely over node-postgres, as its documentation writes it. */
export const open = (options) => {
  const db = new Kysely({ dialect: new PostgresDialect({ pool: new pg.Pool(options) }) });
  return {
    create: (inputs) => {
      const values = newAccount.parse(inputs);
      return db.transaction().execute(async (tx) => {
        const row = await tx.insertInto('bench.account').values(values).returningAll().executeTakeFirstOrThrow();
        const change = { operation: 'create', row_key: { id: row.id }, actor };
        const audit = await tx
          .insertInto('ai.audit_log')
          .values({ ...change, relation: 'bench.account', fingerprint: 'kysely', new_row: row })
          .returning('id')
          .executeTakeFirstOrThrow();
        await tx
          .insertInto('ai.event_log')
          .values({
            ...change,
            audit_id: audit.id,
            topic: 'bench.account.create',
            entity: 'bench.account',
            payload: row,
          })
          .execute();
        return row;
      });
    },
    close: () => db.destroy(),
  };
};
