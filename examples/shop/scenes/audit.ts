import { isDeepStrictEqual } from 'node:util';
import { type Play, type Row, readJson } from '../play.ts';
import * as screen from '../screen.ts';
import type { Called } from './call.ts';

interface Entry {
  readonly operation: string;
  readonly actor: string;
  readonly old_row: string | null;
  readonly new_row: string | null;
}

const show = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

const difference = (entry: Entry): string => {
  const [before, after]: [Row, Row] = [readJson(entry.old_row ?? '{}'), readJson(entry.new_row ?? '{}')];
  if (entry.old_row === null) return `${Object.keys(after).length} fields`;
  if (entry.new_row === null) return 'all';
  const changed = Object.keys(after).filter((name) => !isDeepStrictEqual(before[name], after[name]));
  return changed.map((name) => `${name} ${show(before[name])} → ${show(after[name])}`).join(', ') || 'nothing';
};

export const showAudit = async (play: Play, called: Called): Promise<void> => {
  screen.say(
    'Each mutation left a row in the audit trail and one in the event log, in its own transaction; refused calls left none.',
  );
  const counted = await play.ask<{ operation: string; entries: number }>(
    'select operation, count(*)::int as entries from ai.audit_log group by operation order by operation',
  );
  const found = Object.fromEntries(counted.map((row) => [row.operation, row.entries]));
  play.expect('as many entries as calls', found, Object.fromEntries([...play.done].sort()));
  const [events] = await play.ask<{ events: number }>('select count(*)::int as events from ai.event_log');
  const total = counted.reduce((sum, row) => sum + row.entries, 0);
  play.expect('as many events', events?.events, total);
  screen.table(
    ['operation', 'calls made', 'audit entries'],
    [...counted.map((row) => [row.operation, play.done.get(row.operation) ?? 0, row.entries]), ['all', total, total]],
  );

  screen.say('The life of the tea cup:');
  const life = await play.ask<Entry & { n: number }>(
    `select operation, actor, old_row, new_row from ai.audit_log
      where relation = 'shop.products' and row_key ->> 'id' = $1 order by id`,
    [called.product],
  );
  play.expect(
    'its operations',
    life.map((entry) => entry.operation),
    ['upsert', 'upsert', 'update', 'update'],
  );
  screen.table(
    ['operation', 'by', 'changed'],
    life.map((entry) => [entry.operation, entry.actor, difference(entry)]),
  );

  const [leaks] = await play.ask<{ leaks: number }>(
    `select count(*)::int as leaks from (
       select old_row::text || new_row::text as text from ai.audit_log union all select payload::text from ai.event_log) as all_texts
     where text like '%scrypt$%' or text like '%"password"%'`,
  );
  play.expect('no password anywhere', leaks?.leaks, 0);
};
