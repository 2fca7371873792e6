import { expect, test } from 'vitest';
import { transactionControl } from '../../../workers/runner/statements.ts';

test.each([
  ['commit', 'commit'],
  [' COMMIT AND CHAIN', 'commit'],
  ['select 1; -- done\n end', 'end'],
  ['/* a ; b */ rollback;', 'rollback'],
  ['rollback and no chain', 'rollback'],
  ['abort', 'abort'],
  ['begin; select 1', 'begin'],
  ['start   transaction', 'start   transaction'],
  [`select $x$ ; $x$; prepare transaction 'a'`, 'prepare transaction'],
  [`select E'it\\'s'; commit; select '`, 'commit'],
  [{ text: 'commit' }, 'commit'],
])('%j ends or begins a transaction', (sql, found) => {
  expect(transactionControl(sql)).toBe(found);
});

test.each([
  'rollback to savepoint a',
  'rollback work to a',
  'savepoint a; release a',
  `select 'a; commit'`,
  'select "; commit" from t',
  'select 1 -- ; commit',
  `do $$ begin perform 1; end $$`,
  `do $do$ begin commit; end $do$`,
  'select case when true then 1 end',
  'update t set "end" = 1; select end_at from t',
  'select commit from log',
  'create function f() returns int begin atomic select 1; end',
  '',
  undefined,
  { text: 7 },
])('%j does not', (sql) => {
  expect(transactionControl(sql)).toBeUndefined();
});
