import type pg from 'pg';
import type { TableSnapshot } from '../../src/compiler/catalog.ts';
import { compile } from '../../src/compiler/compile.ts';

/** Runs SQL as the role and compiles in Node what then waits for a compiler: all in one transaction. Returns warnings. */
export const compileWaiting = async (admin: pg.Client, role: string, sql: string): Promise<string[]> => {
  const warnings: string[] = [];
  await admin.query('begin');
  try {
    await admin.query(`set local role ${role}`);
    await admin.query(sql);
    await admin.query('reset role');
    const { rows } = await admin.query<{ oid: string; name: string; snapshot: string; print: string; known: boolean }>(
      `select d.relation::oid as oid, d.qualified_name as name, s as snapshot, ai_private.fingerprint(s) as print,
              exists (select from ai.operation o where o.relation = d.relation) as known
         from ai.declaration d, ai_private.catalog_snapshot(d.relation) as s
        where d.state = 'pending' order by 1`,
    );
    for (const { oid, name, snapshot, print, known } of rows) {
      const compiled = compile({ table: JSON.parse(snapshot) as TableSnapshot, fingerprint: print });
      await admin.query('select ai_private.store_prepared($1, $2, $3)', [oid, print, JSON.stringify(compiled)]);
      await admin.query(`set local role ${role}`);
      await admin.query('select ai_private.grant_missing($1)', [oid]);
      await admin.query('reset role');
      const applied = await admin.query<{ problems: string }>('select ai_private.apply_prepared($1) as problems', [
        oid,
      ]);
      const problems = applied.rows[0]?.problems ?? '[]';
      const errors = (JSON.parse(problems) as { severity: string; reason: string }[]).filter(
        (p) => p.severity === 'error',
      );
      if (errors.length === 0) continue;
      if (known && !/comment on/i.test(sql))
        warnings.push(`the operations of ${name} are out of force now: ${errors[0]?.reason}`);
      else await admin.query('select ai_private.refuse_declaration($1, $2)', [oid, problems]);
    }
    await admin.query('commit');
  } catch (error) {
    await admin.query('rollback');
    throw error;
  }
  return warnings;
};
