import { setTimeout } from 'node:timers/promises';
import { type Play, type Row, readJson } from '../play.ts';
import * as screen from '../screen.ts';
import type { Called } from './call.ts';

interface Entry {
  readonly operation: string;
  readonly actor: string;
  readonly changes: string;
}

const show = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

const difference = (changes: Row): string => {
  const fields = Object.entries(changes) as [string, { old?: unknown; new?: unknown }][];
  if (fields.every(([, change]) => change.old === undefined)) return `a new row of ${fields.length} fields`;
  return fields.map(([name, change]) => `${name} ${show(change.old)} → ${show(change.new)}`).join(', ');
};

/** A seal goes as far as the oldest transaction that still runs, in whatever database of the server: two minutes of patience, on a busy one. */
const othersEnd = async (play: Play): Promise<void> => {
  for (let patience = 1200; patience > 0; patience--) {
    const [open] = await play.ask(
      'select from ai.audit_log where transaction >= pg_snapshot_xmin(pg_current_snapshot()) limit 1',
    );
    if (open === undefined) return;
    await setTimeout(100);
  }
};

/** Even a superuser cannot change the trail unnoticed, once it is sealed with a secret that the database does not keep. */
const showTampering = async (play: Play): Promise<void> => {
  screen.say(
    'Sealed with a secret that is kept elsewhere, the trail tells when somebody has been at it, a superuser included:',
  );
  await othersEnd(play);
  const secret = 'kept outside the database';
  const seal = `select sealed_rows from ai.seal_audit('${secret}')`;
  screen.statement('shop_owner', seal);
  const owner = await play.stage.as('shop_owner');
  const sealed = await owner.query<Record<string, string>>(seal);
  screen.answer(`${Object.values(sealed.rows[0] ?? {})[0]} rows`);
  const tamper = `update ai.audit_log set actor = 'nobody' where id = 7;
select ok, first_bad, problem from ai.verify_audit('${secret}')`;
  screen.statement('postgres', tamper);
  await play.stage.admin.query('begin');
  const results = (await play.stage.admin.query(tamper)) as unknown as { rows: Row[] }[];
  await play.stage.admin.query('rollback');
  const found = results[1]?.rows[0] ?? {};
  screen.record({ ...found });
  play.expect('the tampering is found', { ...found }, { ok: false, first_bad: '7', problem: 'altered' });
  const [whole] = await play.ask<{ ok: boolean }>('select ok from ai.verify_audit($1)', [secret]);
  play.expect('taken back, all is well', whole?.ok, true);
};

export const showAudit = async (play: Play, called: Called): Promise<void> => {
  screen.say(
    'Each mutation left a row in the audit trail and one in the event log, in its own transaction; refused calls left none.',
  );
  const counted = await play.ask<{ operation: string; entries: number }>(
    'select operation, count(*)::int as entries from ai.audit_log group by operation order by operation',
  );
  const found = Object.fromEntries(counted.map((row) => [row.operation, row.entries]));
  play.expect('as many entries as rows', found, Object.fromEntries([...play.done].sort()));
  const [events] = await play.ask<{ events: number }>('select count(*)::int as events from ai.event_log');
  const total = counted.reduce((sum, row) => sum + row.entries, 0);
  play.expect('as many events', events?.events, total);
  screen.table(
    ['operation', 'rows written', 'audit entries'],
    [...counted.map((row) => [row.operation, play.done.get(row.operation) ?? 0, row.entries]), ['all', total, total]],
  );

  screen.say('The life of the tea cup:');
  const history = `select operation, actor, changes from ai.history('shop.products', '{ "id": "${called.product}" }')`;
  screen.statement('shop_owner', history);
  const owner = await play.stage.as('shop_owner');
  const { rows: life } = await owner.query<Entry>(history);
  play.expect(
    'its operations',
    life.map((entry) => entry.operation),
    ['upsert', 'upsert', 'update', 'update'],
  );
  screen.table(
    ['operation', 'by', 'changed'],
    life.map((entry) => [entry.operation, entry.actor, difference(readJson(entry.changes))]),
  );

  const [leaks] = await play.ask<{ leaks: number }>(
    `select count(*)::int as leaks from (
       select old_row::text || new_row::text as text from ai.audit_log union all select payload::text from ai.event_log) as all_texts
     where text like '%scrypt$%' or text like '%"password"%'`,
  );
  play.expect('no password anywhere', leaks?.leaks, 0);
  await showTampering(play);
};
