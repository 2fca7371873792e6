import { expect, inject, test } from 'vitest';
import { useDatabase } from '../support/database.ts';
import { compilePending } from '../support/declare.ts';
import { mutate, refusal } from '../support/mutation.ts';
import { needs } from '../support/needs.ts';

const server = inject('server');
const database = useDatabase();

needs(server.javascript === 'none', 'declarations wait only where the server has no JavaScript language');

test('a declaration that waits for its first compilation is not taken for none', async () => {
  const client = await database.client();
  await client.query(`create table public.waiting (id integer primary key);
    comment on table public.waiting is '{"operations": {"create": true}}'`);
  const user = await database.as('ai_user');
  for (const caller of [client, user]) {
    expect((await refusal(mutate(caller, 'create', 'waiting', { id: 1 }))).code).toBe('PI002');
  }
  await compilePending(client);
  expect(await mutate(user, 'create', 'waiting', { id: 1 })).toEqual({ id: 1 });
});
