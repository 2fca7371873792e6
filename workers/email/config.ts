import { fileURLToPath } from 'node:url';
import { type Mailbox, parseMailbox } from './address.ts';

/** Where mails go: a server, or a folder that holds each as a file one can open. */
export type Outgoing =
  | {
      readonly kind: 'smtp';
      readonly host: string;
      readonly port: number;
      /** TLS from the first byte (smtps). */
      readonly secure: boolean;
      /** STARTTLS: refused without it, used where offered, or never. */
      readonly startTls: 'required' | 'offered' | 'never';
      /** false takes any certificate. */
      readonly verify: boolean;
      readonly user: string | undefined;
      readonly password: string | undefined;
      /** Connections at once. */
      readonly connections: number;
    }
  | { readonly kind: 'folder'; readonly folder: string };

export interface EmailConfig {
  readonly outgoing: Outgoing;
  /** Who sends, where a subscription does not say. */
  readonly from: Mailbox;
}

const LOCAL = new Set(['localhost', '127.0.0.1', '::1', '[::1]']);

/**
 * @param url `smtp://user:password@host:port`, `smtps://…` or `file:///folder`. After "?": `tls=required|offered|never` (default: required
 *   where a password or another machine is involved), `verify=off`, `connections=5`.
 * @throws Error that says what is wrong, and never the password
 */
export const readOutgoing = (url: string): Outgoing => {
  let parsed: URL;
  try {
    parsed = new URL(url);
  } catch {
    throw new Error('the address of the mail server is no URL; write smtp://user:password@host:587 or file:///folder');
  }
  if (parsed.protocol === 'file:')
    return { kind: 'folder', folder: fileURLToPath(new URL(parsed.pathname, 'file:///')) };
  const secure = parsed.protocol === 'smtps:';
  if (!secure && parsed.protocol !== 'smtp:')
    throw new Error(
      `the address of the mail server begins with ${parsed.protocol}//; use smtp://, smtps:// or file:///`,
    );
  if (parsed.hostname === '') throw new Error('the address of the mail server names no host');
  const query = parsed.searchParams;
  const known = ['tls', 'verify', 'connections'];
  const unknown = [...query.keys()].find((key) => !known.includes(key));
  if (unknown !== undefined)
    throw new Error(`the address of the mail server has no option "${unknown}"; there are: ${known.join(', ')}`);
  const user = parsed.username === '' ? undefined : decodeURIComponent(parsed.username);
  const startTls = query.get('tls') ?? (user !== undefined || !LOCAL.has(parsed.hostname) ? 'required' : 'offered');
  if (startTls !== 'required' && startTls !== 'offered' && startTls !== 'never')
    throw new Error(`tls=${startTls}: it is required, offered or never`);
  const connections = Number(query.get('connections') ?? 5);
  if (!Number.isInteger(connections) || connections < 1) throw new Error('connections is a number from 1 on');
  return {
    kind: 'smtp',
    host: parsed.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: parsed.port === '' ? (secure ? 465 : 587) : Number(parsed.port),
    secure,
    startTls,
    verify: query.get('verify') !== 'off',
    user,
    password: parsed.password === '' ? undefined : decodeURIComponent(parsed.password),
    connections,
  };
};

/** @returns undefined where PG_AI_EMAIL_URL is not set. @throws Error where it or PG_AI_EMAIL_FROM is wrong */
export const emailConfigFrom = (environment: NodeJS.ProcessEnv): EmailConfig | undefined => {
  const url = environment.PG_AI_EMAIL_URL;
  if (url === undefined || url === '') return undefined;
  const outgoing = readOutgoing(url);
  const given = environment.PG_AI_EMAIL_FROM ?? (outgoing.kind === 'folder' ? 'pg_ai <pg_ai@localhost>' : '');
  const from = parseMailbox(given);
  if (from === undefined) throw new Error('PG_AI_EMAIL_FROM must say who sends: Shop <shop@example.com>');
  return { outgoing, from };
};
