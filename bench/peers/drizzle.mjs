import { drizzle } from 'drizzle-orm/node-postgres';
import { bigint, integer, jsonb, numeric, pgSchema, text, timestamp } from 'drizzle-orm/pg-core';
import pg from 'pg';
import { actor, newAccount } from './schema.mjs';

const bench = pgSchema('bench');
const ai = pgSchema('ai');

const account = bench.table('account', {
  id: bigint({ mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
  email: text().notNull(),
  name: text().notNull(),
  age: integer(),
  balance: numeric({ precision: 12, scale: 2 }).notNull().default('0'),
  status: text().notNull().default('active'),
  createdAt: timestamp('created_at', { withTimezone: true }).notNull().defaultNow(),
});

const generated = () => bigint({ mode: 'number' }).notNull().generatedByDefaultAsIdentity();

const auditLog = ai.table('audit_log', {
  id: generated(),
  relation: text().notNull(),
  operation: text().notNull(),
  rowKey: jsonb('row_key'),
  actor: text().notNull(),
  fingerprint: text().notNull(),
  newRow: jsonb('new_row'),
});

const eventLog = ai.table('event_log', {
  id: generated(),
  auditId: bigint('audit_id', { mode: 'number' }),
  topic: text().notNull(),
  entity: text().notNull(),
  operation: text().notNull(),
  rowKey: jsonb('row_key'),
  actor: text(),
  payload: jsonb().notNull(),
});

/** Drizzle ORM over node-postgres, as its documentation writes it. */
export const open = (options) => {
  const pool = new pg.Pool(options);
  const db = drizzle({ client: pool });
  return {
    create: (inputs) => {
      const { balance, ...values } = newAccount.parse(inputs);
      return db.transaction(async (tx) => {
        const [row] = await tx
          .insert(account)
          .values({ ...values, ...(balance === undefined ? {} : { balance: String(balance) }) })
          .returning();
        const change = { operation: 'create', rowKey: { id: row.id }, actor };
        const [audit] = await tx
          .insert(auditLog)
          .values({ ...change, relation: 'bench.account', fingerprint: 'drizzle', newRow: row })
          .returning({ id: auditLog.id });
        await tx.insert(eventLog).values({
          ...change,
          auditId: audit.id,
          topic: 'bench.account.create',
          entity: 'bench.account',
          payload: row,
        });
        return row;
      });
    },
    close: () => pool.end(),
  };
};
