// One attempt in a process of its own, for a test to kill: node send-child.ts <database url> <mail url> <subscription> <event id>
import pg from 'pg';
import { parseMailbox } from '../../workers/email/address.ts';
import { readOutgoing } from '../../workers/email/config.ts';
import { createEmailDelivery } from '../../workers/email/deliver.ts';
import { attempt, queryable } from '../support/attempt.ts';

const [database = '', mail = '', subscription = '', eventId = ''] = process.argv.slice(2);
const client = new pg.Client({ connectionString: database, application_name: 'send-child' });
await client.connect();
const from = parseMailbox('Shop <shop@example.com>');
if (from === undefined) throw new Error('no sender');
const handler = createEmailDelivery({ config: { outgoing: readOutgoing(mail), from } });
await attempt({ db: queryable(client), handler, subscription, eventId });
process.stdout.write('sent\n');
